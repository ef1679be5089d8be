//! Tells sheets whose times a program has written in UTC: seven hours early, so that midnight is 17:00 of the day before.

use cchc_definitions::dates::DAY;

const HOUR: i64 = DAY / 24;
/// Times that are needed before anything is said.
const ENOUGH: u64 = 5;
/// Offices of Vietnam close at 17:30 at the latest: in UTC that is 10:30.
const LAST: i64 = 10 * HOUR + HOUR / 2;
/// Before this hour nobody works; the morning in UTC lies before it.
const EARLY: i64 = 6 * HOUR;
/// Midnight in UTC, and what it is where a program counts with the clocks of Saigon before 1911.
const MIDNIGHT: std::ops::RangeInclusive<i64> = 16 * HOUR + 53 * HOUR / 60..=17 * HOUR;

/// The times of day of one column.
#[derive(Debug, Clone, Default)]
pub(super) struct Clocks {
    /// Times other than midnight, there or here.
    clock: u64,
    /// Of these, those within office hours in UTC, and those before anybody works.
    office: u64,
    early: u64,
    /// Those of midnight in UTC, and the first with its row.
    shifted: u64,
    example: Option<(u32, i64)>,
    first: Option<(u32, i64)>,
    /// Those of midnight.
    midnight: u64,
}

/// What a sheet shows whose times are early: rows, and a first example.
pub(super) struct Shifted {
    pub column: usize,
    pub row: u32,
    pub time: i64,
    pub count: u64,
}

impl Clocks {
    pub fn take(&mut self, time: i64, row: u32) {
        let of_day = time.rem_euclid(DAY);
        if of_day == 0 {
            self.midnight += 1;
        } else if MIDNIGHT.contains(&of_day) {
            self.shifted += 1;
            self.example.get_or_insert((row, time));
        } else {
            self.clock += 1;
            self.office += u64::from(of_day <= LAST);
            self.early += u64::from(of_day < EARLY);
            self.first.get_or_insert((row, time));
        }
    }
}

/// Whether the times of a sheet are those of UTC: work goes on at night and never in the afternoon; or, where there are days
/// alone, dossiers come in at exactly 17:00. That they are due then is usual.
pub(super) fn shifted(columns: &[Clocks], received: Option<usize>) -> Option<Shifted> {
    let sum = |of: fn(&Clocks) -> u64| columns.iter().map(of).sum::<u64>();
    let (clock, office, early) = (sum(|one| one.clock), sum(|one| one.office), sum(|one| one.early));
    let works_at_night = clock >= ENOUGH && office * 20 >= clock * 19 && early * 10 >= clock * 3;
    let comes_at_closing =
        clock == 0 && received.is_some_and(|at| columns[at].shifted >= ENOUGH && columns[at].midnight == 0);
    if !works_at_night && !comes_at_closing {
        return None;
    }
    let example = |of: fn(&Clocks) -> Option<(u32, i64)>| {
        columns.iter().enumerate().find_map(|(at, one)| of(one).map(|(row, time)| (at, row, time)))
    };
    let (column, row, time) = example(|one| one.example).or_else(|| example(|one| one.first))?;
    Some(Shifted { column, row, time, count: clock + sum(|one| one.shifted) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clocks(times: &[(i64, i64)]) -> Clocks {
        let mut clocks = Clocks::default();
        for (row, (hour, minute)) in times.iter().enumerate() {
            clocks.take(hour * HOUR + minute * HOUR / 60, row as u32);
        }
        clocks
    }

    #[test]
    fn work_at_night_that_ends_at_half_past_ten_is_work_in_utc() {
        let work = clocks(&[(1, 30), (2, 15), (3, 0), (7, 10), (8, 45), (9, 50)]);
        let due = clocks(&[(17, 0); 6]);
        assert!(shifted(&[work.clone(), due], Some(0)).is_some());
        assert!(shifted(&[work], Some(0)).is_some());
    }

    #[test]
    fn office_hours_and_due_dates_at_closing_time_are_usual() {
        let work = clocks(&[(8, 30), (9, 15), (10, 0), (14, 10), (15, 45), (16, 50)]);
        let due = clocks(&[(17, 0); 6]);
        assert!(shifted(&[work, due.clone()], Some(0)).is_none());
        let days = clocks(&[(0, 0); 6]);
        assert!(shifted(&[days, due.clone()], Some(0)).is_none());
        assert!(shifted(&[clocks(&[(8, 0), (8, 30), (9, 0), (9, 30), (10, 0)]), due], Some(0)).is_none(), "a morning");
    }

    #[test]
    fn days_alone_that_are_all_17_o_clock_are_midnight_in_utc() {
        assert!(shifted(&[clocks(&[(17, 0); 6]), clocks(&[(17, 0); 6])], Some(0)).is_some());
        assert!(shifted(&[clocks(&[(17, 0); 4])], Some(0)).is_none(), "too few");
    }
}
