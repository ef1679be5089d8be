//! The change of a figure, a score or a rank, and the parts that add up to it.

/// Which of two states: the earlier or the later period (or version).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The earlier one.
    Before,
    /// The later one.
    After,
}

impl Side {
    /// The side of a factor in a set of those that are as after.
    pub(super) const fn of(set: u128, factor: Option<usize>) -> Self {
        match factor {
            Some(factor) if set >> factor & 1 == 1 => Self::After,
            _ => Self::Before,
        }
    }

    /// Its place in pairs.
    pub(super) const fn at(self) -> usize {
        match self {
            Self::Before => 0,
            Self::After => 1,
        }
    }
}

/// What made a part of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Factor {
    /// Within a group of dossiers the rate changed.
    Rate,
    /// Groups with other rates have another share of the dossiers.
    Mix,
    /// A group has more or fewer cases.
    Count,
    /// The figure as a whole, where it cannot be divided.
    Figure,
    /// The unit's own figure or points of one criterion.
    Own,
    /// The figures or scores of the other units.
    Others,
    /// The definition: another version of the index or indicator, other weights.
    Definition,
    /// Which units there are to be compared with.
    Units,
    /// The unit's boundaries: what it took over from units that ended.
    Boundaries,
    /// All together, where no mixture of before and after has a value.
    Together,
}

impl Factor {
    /// The word used in tables and files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Mix => "mix",
            Self::Count => "count",
            Self::Figure => "figure",
            Self::Own => "own",
            Self::Others => "others",
            Self::Definition => "definition",
            Self::Units => "units",
            Self::Boundaries => "boundaries",
            Self::Together => "together",
        }
    }
}

/// A part of a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// What made it.
    pub factor: Factor,
    /// The criterion, indicator or group of dossiers, where it is of one.
    pub item: Option<String>,
    /// How much of the change it made.
    pub contribution: f64,
}

/// A change with its parts, which add up to `after − before`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Change {
    /// Before.
    pub before: Option<f64>,
    /// After.
    pub after: Option<f64>,
    /// The parts; none where a side is missing.
    pub parts: Vec<Part>,
}

impl Change {
    /// A change that nothing divides.
    #[must_use]
    pub fn whole(before: Option<f64>, after: Option<f64>, factor: Factor) -> Self {
        let part = |(before, after): (f64, f64)| Part { factor, item: None, contribution: after - before };
        Self { before, after, parts: before.zip(after).map(part).into_iter().collect() }
    }

    /// What the parts lack of the change: noise of the last bits.
    #[must_use]
    pub fn rest(&self) -> f64 {
        let sum: f64 = self.parts.iter().map(|part| part.contribution).sum();
        self.before.zip(self.after).map_or(0.0, |(before, after)| after - before - sum)
    }
}
