//! The stream of invented dossiers, in order of reception, with flaws if the options ask for them.

use fastrand::Rng;
use unicode_normalization::UnicodeNormalization as _;

use super::calendar::{Calendar, Moment};
use super::catalogue::{FAMILY, FORMULAS, GIVEN, MIDDLE, Procedure, UNKNOWN_UNITS, offered_by};
use super::{GenerateError, Options};

/// Share of online dossiers on the first and on the last day, in per cent.
const ONLINE: (f64, f64) = (60.0, 75.0);

/// One dossier as a file shows it.
#[derive(Debug, Clone)]
pub struct Dossier {
    pub code: String,
    pub procedure: &'static Procedure,
    pub channel: u8,
    pub applicant: String,
    pub applicant_id: u32,
    pub phone: u32,
    pub submitted: Moment,
    pub received: Option<Moment>,
    pub due: Option<Moment>,
    pub finished: Option<Moment>,
    pub returned: Option<Moment>,
    pub refused: Option<Moment>,
    pub pause: [Option<Moment>; 2],
    pub status: u8,
    pub receiving: usize,
    /// Name of the resolving unit as written.
    pub resolving: String,
    pub digitised: bool,
    pub e_result: Option<bool>,
    pub reused: bool,
    pub paid: u8,
    pub bad_date: Option<BadDate>,
}

/// A received date that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadDate {
    /// 31/02 of the year.
    NoSuchDay,
    /// The year 2569, of the Buddhist calendar.
    FarYear,
}

/// Invents dossier after dossier.
#[derive(Debug)]
pub struct Dossiers<'a> {
    options: &'a Options,
    pub calendar: Calendar,
    random: Rng,
    units: Vec<usize>,
    /// Units as often as their weight, for drawing one at random.
    weighted: Vec<usize>,
    /// Share of late dossiers by unit.
    late: Vec<f64>,
    /// Days of reception, and the position of today among them.
    days: Vec<usize>,
    today: usize,
    made: u64,
    /// Number of the last dossier of today by unit.
    sequence: Vec<u32>,
    /// The last dossier, which may be sent twice.
    previous: Option<Dossier>,
}

impl<'a> Dossiers<'a> {
    /// Prepares the units' weights and the days.
    pub fn new(options: &'a Options) -> Result<Self, GenerateError> {
        let calendar = Calendar::new(options.from, options.to)
            .ok_or(GenerateError::NoDays { from: options.from, to: options.to })?;
        let mut random = Rng::with_seed(options.seed);
        let units: Vec<_> = (0..options.units.len()).filter(|n| options.units[*n].kind != "province").collect();
        if units.is_empty() {
            return Err(GenerateError::NoUnits);
        }
        let mut weighted = Vec::new();
        let mut late = vec![0.0; options.units.len()];
        for unit in &units {
            let weight = match options.units[*unit].kind.as_str() {
                "commune" => random.usize(1..4),
                "district" => random.usize(15..30),
                _ => random.usize(4..40),
            };
            weighted.extend(std::iter::repeat_n(*unit, weight));
            late[*unit] = random.f64() * 0.08 + 0.025;
        }
        Ok(Self {
            days: calendar.receiving(),
            sequence: vec![0; options.units.len()],
            previous: None,
            today: 0,
            made: 0,
            options,
            calendar,
            random,
            units,
            weighted,
            late,
        })
    }

    /// Name of a unit.
    pub fn unit_name(&self, unit: usize) -> &'a str {
        &self.options.units[unit].name
    }

    fn chance(&mut self, share: f64) -> bool {
        self.random.f64() < share
    }

    /// A second between two hours, given in minutes of the day.
    fn second(&mut self, from: u32, to: u32) -> u32 {
        self.random.u32(from * 60..to * 60)
    }

    /// Moves on to the day of the next dossier; each day has as many.
    fn next_day(&mut self) -> usize {
        let position = (u128::from(self.made) * self.days.len() as u128 / u128::from(self.options.rows)) as usize;
        if position != self.today {
            self.today = position;
            self.sequence.fill(0);
        }
        self.days[position]
    }

    fn invent(&mut self) -> Dossier {
        let on = self.next_day();
        let unit = self.weighted[self.random.usize(..self.weighted.len())];
        let offered = offered_by(&self.options.units[unit].kind);
        let common = self.random.f64();
        let procedure = &offered[(common * common * offered.len() as f64) as usize];
        let received = Moment::at(on, self.second(450, 996));
        let channel = self.channel();
        let early = self.random.i32(20..900) * 60 + self.random.i32(0..60);
        let due = match procedure.limit {
            0 => Moment::at(on, 17 * 3600),
            limit => Moment::at(self.calendar.after(on, limit.into()), received.second()),
        };
        let receiving = if self.chance(0.02) { self.units[self.random.usize(..self.units.len())] } else { unit };
        let pays = procedure.fee > 0 && channel == 2 && self.chance(0.5);
        let mut dossier = Dossier {
            code: self.code(unit, on),
            procedure,
            channel,
            applicant: self.applicant(),
            applicant_id: self.random.u32(..1_000_000_000),
            phone: self.random.u32(..100_000_000),
            submitted: if channel == 2 { received.plus(-early) } else { received },
            received: Some(received),
            due: if self.chance(0.02) { None } else { Some(due) },
            finished: None,
            returned: None,
            refused: None,
            pause: [None; 2],
            status: 4,
            receiving,
            resolving: self.options.units[unit].name.clone(),
            digitised: self.chance(0.68),
            e_result: None,
            reused: self.chance(0.3),
            paid: if pays { self.random.u8(1..3) } else { 0 },
            bad_date: None,
        };
        match self.random.u32(..1000) {
            0..9 => self.not_accepted(&mut dossier, on),
            roll => self.handle(&mut dossier, received, self.late[unit], roll < 20),
        }
        dossier
    }

    fn channel(&mut self) -> u8 {
        let progress = self.today as f64 / self.days.len() as f64;
        let online = (ONLINE.1 - ONLINE.0).mul_add(progress, ONLINE.0) / 100.0;
        if self.chance(online) {
            2
        } else if self.chance(0.1) {
            3
        } else {
            1
        }
    }

    fn code(&mut self, unit: usize, on: usize) -> String {
        self.sequence[unit] += 1;
        let day = &self.calendar.text(on)[2..];
        format!("{}-{day}-{:04}", self.options.units[unit].code, self.sequence[unit])
    }

    fn applicant(&mut self) -> String {
        let (middle, given) = (MIDDLE[self.random.usize(..MIDDLE.len())], GIVEN[self.random.usize(..GIVEN.len())]);
        let family = FAMILY[self.random.usize(..FAMILY.len())];
        let head = if self.chance(0.06) { "Công ty TNHH" } else { family };
        [head, " ", middle, " ", given].concat()
    }

    /// Never accepted: refused, or still waiting if it came in the last week.
    fn not_accepted(&self, dossier: &mut Dossier, on: usize) {
        (dossier.received, dossier.due) = (None, None);
        if on + 7 > self.calendar.last() {
            dossier.status = 1;
        } else {
            dossier.status = 3;
            dossier.refused = Some(dossier.submitted);
        }
    }

    /// Finishes and returns the dossier as far as that lies before the cut-off.
    fn handle(&mut self, dossier: &mut Dossier, received: Moment, late: f64, withdrawn: bool) {
        let limit = usize::from(dossier.procedure.limit);
        let taken = match self.random.f64() {
            roll if roll < late => limit + self.random.usize(1..10),
            roll if roll < 0.3 => limit,
            _ => self.random.usize(..=limit),
        };
        let day = self.calendar.after(received.day(), taken);
        let finished = match taken {
            0 => received.plus(self.random.i32(300..1500)),
            _ => Moment::at(day, self.second(780, 990)),
        };
        let cut_off = self.calendar.last();
        if taken >= 3 && self.chance(0.08) {
            let second = self.second(480, 660);
            let day_of = |n| self.calendar.after(received.day(), n);
            dossier.pause = [day_of(1), day_of(taken - 1)].map(|d| (d <= cut_off).then_some(Moment::at(d, second)));
        }
        if day > cut_off {
            dossier.status = if received.day() == cut_off { 2 } else { self.open_status() };
            return;
        }
        dossier.finished = Some(finished);
        if withdrawn {
            dossier.status = 7;
            return;
        }
        let wait = [0, 0, 1, 1, 2, 5][self.random.usize(..6)];
        let day = self.calendar.after(day, wait);
        let returned = Moment::at(day, self.second(990, 1020)).max(finished);
        dossier.returned = (day <= cut_off && !self.chance(0.03)).then_some(returned);
        dossier.status = if dossier.returned.is_some() { 10 } else { 9 };
        dossier.e_result = Some(self.chance(0.55));
    }

    fn open_status(&mut self) -> u8 {
        match self.random.u32(..100) {
            0..88 => 4,
            88..96 => 5,
            96..98 => 6,
            _ => 8,
        }
    }

    /// Spoils some rows, each in one way.
    fn spoil(&mut self, dossier: &mut Dossier) {
        match self.random.u32(..1000) {
            0..3 => UNKNOWN_UNITS[self.random.usize(..3)].clone_into(&mut dossier.resolving),
            3..5 => {
                if let (Some(received), Some(_)) = (dossier.received, dossier.finished) {
                    dossier.finished = Some(received.plus(-86_400 * self.random.i32(1..20)));
                }
            }
            5 | 6 if dossier.received.is_some() => dossier.bad_date = Some(BadDate::NoSuchDay),
            7 if dossier.received.is_some() => dossier.bad_date = Some(BadDate::FarYear),
            8 => dossier.code.clear(),
            9 => dossier.received = None,
            10 => FORMULAS[self.random.usize(..4)].clone_into(&mut dossier.applicant),
            11 if dossier.returned.is_some() => dossier.returned = dossier.received.map(|r| r.plus(-2 * 86_400)),
            12..26 => dossier.code.push_str(["  ", "\u{a0}"][self.random.usize(..2)]),
            26..44 => dossier.resolving.push('\u{a0}'),
            44..66 => dossier.resolving = dossier.resolving.nfd().collect(),
            _ => {}
        }
    }
}

impl Iterator for Dossiers<'_> {
    type Item = Dossier;

    fn next(&mut self) -> Option<Dossier> {
        if self.made >= self.options.rows {
            return None;
        }
        let again = if self.options.dirt && self.chance(0.004) { self.previous.take() } else { None };
        let dossier = again.unwrap_or_else(|| {
            let mut dossier = self.invent();
            if self.options.dirt {
                self.spoil(&mut dossier);
                self.previous = Some(dossier.clone());
            }
            dossier
        });
        self.made += 1;
        Some(dossier)
    }
}
