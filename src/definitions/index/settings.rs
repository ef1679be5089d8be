//! Settings of the stages of a composite index, as a definition names them, with their defaults.

use serde::Deserialize;

use crate::Rounding;

/// `[screen]`: which units have enough values to be scored. Shares are 0–1; the default keeps every unit.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Screen {
    /// Smallest share of the indicators that have a value.
    pub min_available: f64,
    /// Smallest share of a unit's values that are not zero.
    pub min_nonzero: f64,
    /// Indicators of which no unit has a value.
    pub empty: Empty,
    /// Indicators of which all units have one value, under a scale that compares units.
    pub constant: Empty,
}

/// What becomes of an indicator of which no unit has a value, or all have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Empty {
    /// Nothing is scored until it is sent or taken out of the definition.
    #[default]
    Fault,
    /// It is left out with its weight, and every output says so.
    LeaveOut,
}

/// `[impute]`: what replaces a missing value.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Impute {
    /// Where the value is taken from.
    pub method: ImputeMethod,
    /// The grouping of units, for the methods by group.
    pub group: Option<String>,
    /// For `last_period`: how many periods back at most.
    pub max_periods: Option<u32>,
}

/// Where a missing value is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImputeMethod {
    /// It stays missing.
    #[default]
    None,
    /// Mean of the indicator over the units that have it.
    IndicatorMean,
    /// Median of the indicator over the units that have it.
    IndicatorMedian,
    /// Mean over the units of the same group that have it.
    GroupMean,
    /// Median over the units of the same group that have it.
    GroupMedian,
    /// The unit's own value of the period before.
    LastPeriod,
}

/// `[treat]`: what is done to outliers, indicator by indicator.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Treat {
    /// What is done first.
    pub method: TreatMethod,
    /// An indicator passes if its absolute skewness is below this …
    pub max_skewness: f64,
    /// … or its kurtosis is below this.
    pub max_kurtosis: f64,
    /// How many points may be winsorised before the transformation takes over.
    pub max_points: u32,
    /// The transformation, of the untreated values.
    pub transform: Transform,
    /// Exponent of `box_cox`.
    pub lambda: f64,
    /// Which indicators are treated.
    pub when: TreatWhen,
}

impl Default for Treat {
    fn default() -> Self {
        Self {
            method: TreatMethod::None,
            max_skewness: 2.0,
            max_kurtosis: 3.5,
            max_points: 5,
            transform: Transform::LogCt,
            lambda: 0.0,
            when: TreatWhen::Outlying,
        }
    }
}

/// What is done to an indicator with outliers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TreatMethod {
    /// Nothing.
    #[default]
    None,
    /// Extreme points take the next value; the transformation follows if that is not enough.
    Winsorise,
    /// The transformation alone.
    Transform,
}

/// Which indicators are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TreatWhen {
    /// Those beyond the limits of skewness and kurtosis.
    #[default]
    Outlying,
    /// All; only with `transform`.
    Always,
}

/// Transformations against skewness. With range = max − min of the indicator:
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// None: winsorising alone.
    None,
    /// ln(x − min + 0.01 range).
    #[default]
    LogCt,
    /// As `log_ct` if the skewness is above 0, else −ln(max − x + 0.01 range).
    LogCtPlus,
    /// ln(x − min + 1).
    LogCtOrig,
    /// ln((max − 1)(x − min) / range + 1), of the Global Innovation Index.
    LogGii,
    /// ln(x).
    Log,
    /// (y^lambda − 1) / lambda with y = x − min + 1; ln(y) if lambda is 0.
    BoxCox,
}

/// `[scale]`: how an indicator comes onto the common scale. Afterwards more is always better.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum Scale {
    /// The value as it is; negated if less is better.
    None {},
    /// Smallest value to the lower end, largest to the upper end.
    MinMax {
        /// Lower and upper end.
        #[serde(default = "hundred")]
        range: [f64; 2],
    },
    /// Mean and sample standard deviation set to these.
    ZScore {
        /// Mean of the scores.
        #[serde(default)]
        mean: f64,
        /// Standard deviation of the scores.
        #[serde(default = "one")]
        sd: f64,
    },
    /// 1 for the worst value up to the number of values; ties share the lower number.
    Rank {},
    /// (rank − 1) / (n − 1), laid over the range.
    PercentileRank {
        /// Lower and upper end.
        #[serde(default = "unit")]
        range: [f64; 2],
    },
    /// rank − 1.
    Borda {},
    /// Between fixed ends that each indicator names in `goalposts`.
    Goalposts {
        /// Lower and upper end.
        #[serde(default = "unit")]
        range: [f64; 2],
        /// What becomes of values beyond the goalposts.
        #[serde(default)]
        cut: Cut,
    },
    /// 1 − (best − x) / (best − worst), over the range.
    DistanceToBest {
        /// Lower and upper end.
        #[serde(default = "unit")]
        range: [f64; 2],
    },
    /// 1 − (target − x) / (target − worst), over the range; each indicator names its `target`.
    DistanceToTarget {
        /// Lower and upper end.
        #[serde(default = "unit")]
        range: [f64; 2],
        /// Whether values beyond the target stop at the upper end (`top`) or go on (`none`).
        #[serde(default = "top")]
        cut: Cut,
    },
    /// x / best where more is better, best / x where less is; over the range.
    FractionOfBest {
        /// Lower and upper end.
        #[serde(default = "unit")]
        range: [f64; 2],
    },
}

impl Default for Scale {
    fn default() -> Self {
        Self::MinMax { range: hundred() }
    }
}

/// What becomes of values beyond the ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// They stop at the ends.
    #[default]
    Both,
    /// Only those beyond the good end stop there.
    Top,
    /// Only those beyond the bad end stop there.
    Bottom,
    /// They go on beyond.
    None,
}

/// `[weigh]`: where the weights of the children of a node come from.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Weigh {
    /// Where they come from.
    pub method: WeighMethod,
    /// What the given weights of the children of each node must add up to; not checked if absent.
    pub sum: Option<f64>,
}

/// Where weights come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeighMethod {
    /// From the definition.
    #[default]
    Given,
    /// All alike, whatever weights the definition gives.
    Equal,
    /// Loadings of the first principal component of the children's scores.
    PrincipalComponent,
    /// The squares of those loadings.
    PrincipalComponentSquared,
}

/// `[aggregate]`: how the scores of children become the score of their parent.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Aggregate {
    /// The formula.
    pub method: AggregateMethod,
    /// Smallest share of children (by number) that must have a score. Default: all for `sum`, any for the others.
    pub min_available: Option<f64>,
}

/// How scores become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AggregateMethod {
    /// Σ w x / Σ w.
    #[default]
    Arithmetic,
    /// Σ w x.
    Sum,
    /// exp(Σ w ln x / Σ w).
    Geometric,
    /// Σ w / Σ (w / x).
    Harmonic,
    /// Units beaten less units lost to, one against one, by majority of weight.
    Copeland,
    /// Sum over the other units of the share of weight on which a unit is ahead, ties half.
    Outranking,
}

/// `[rank]`: how scores become ranks.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ranking {
    /// Whether the largest or the smallest score is first.
    pub first: First,
    /// What follows units that share a rank.
    pub ties: Ties,
    /// The publisher's rounding, if its ranks are taken from rounded scores. Off by default: it makes ties that are none.
    pub rounding: Option<RankRounding>,
    /// A unit that lacks more than this share of the common points is listed without a rank; 1 ranks everybody.
    pub comparable: f64,
    /// What the score of a unit of another day is, of a period before its predecessors became it.
    pub succession: SuccessionRule,
}

impl Default for Ranking {
    fn default() -> Self {
        Self {
            first: First::default(),
            ties: Ties::default(),
            rounding: None,
            comparable: 0.1,
            succession: SuccessionRule::default(),
        }
    }
}

/// What the score of a unit is for a period before it succeeded others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuccessionRule {
    /// Counts of the predecessors are added up, and what is made of them is scored.
    #[default]
    Counts,
    /// The simple mean of the predecessors' scores.
    Mean,
}

/// Which score is first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum First {
    /// The largest.
    #[default]
    Highest,
    /// The smallest.
    Lowest,
}

/// What follows units that share a rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ties {
    /// A gap: 1-2-2-4.
    #[default]
    Competition,
    /// No gap: 1-2-2-3.
    Dense,
}

/// Rounding before ranking, where a publisher does so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankRounding {
    /// Digits after the comma.
    pub digits: u8,
    /// How halves are rounded.
    pub mode: Rounding,
}

fn hundred() -> [f64; 2] {
    [0.0, 100.0]
}

fn unit() -> [f64; 2] {
    [0.0, 1.0]
}

fn one() -> f64 {
    1.0
}

fn top() -> Cut {
    Cut::Top
}
