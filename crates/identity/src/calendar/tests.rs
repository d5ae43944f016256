use proptest::prelude::*;

use super::*;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

#[test]
fn the_calendar_of_the_program_knows_the_days_of_2026() {
    let calendar = Calendar::built_in();
    assert_eq!(calendar.last_known_year(), Some(2026));
    for off in [day(2026, 1, 1), day(2026, 2, 15), day(2026, 10, 7), day(2026, 11, 28)] {
        assert!(!calendar.is_working_day(off), "{off}");
    }
    for works in [day(2026, 2, 14), day(2026, 10, 10), day(2026, 11, 27), day(2026, 1, 4)] {
        assert!(calendar.is_working_day(works), "{works}");
    }
}

#[test]
fn edge_case_49_a_last_day_that_is_off_rolls_behind_the_holiday() {
    let calendar = Calendar::built_in();
    // Fifteen days from 18 September end on 3 October, in the national holiday.
    let deadline = calendar.after_days(day(2026, 9, 18), 15);
    assert_eq!(deadline, Deadline { last_day: day(2026, 10, 8), is_provisional: false });
    let plain = calendar.after_days(day(2026, 11, 2), 10);
    assert_eq!(plain.last_day, day(2026, 11, 12));
}

#[test]
fn edge_case_49_working_days_leave_out_holidays_and_count_days_made_up_for() {
    let calendar = Calendar::built_in();
    // 28, 29, 30 September; 1 to 7 off; 8, 9, the Saturday 10 that is made up for; 12.
    assert_eq!(calendar.after_working_days(day(2026, 9, 27), 7).last_day, day(2026, 10, 12));
    assert_eq!(calendar.working_days_between(day(2026, 9, 27), day(2026, 10, 12)), 7);
    assert_eq!(calendar.after_working_days(day(2026, 11, 6), 15).last_day, day(2026, 11, 27));
    assert_eq!(calendar.after_working_days(day(2026, 11, 6), 0).last_day, day(2026, 11, 6));
}

#[test]
fn a_year_that_nobody_announced_is_counted_by_weekends_and_said_to_be_provisional() {
    let calendar = Calendar::built_in();
    let deadline = calendar.after_working_days(day(2026, 12, 25), 15);
    assert!(deadline.is_provisional);
    assert_eq!(deadline.last_day, day(2027, 1, 15));
    assert!(!calendar.after_working_days(day(2026, 12, 1), 15).is_provisional);
}

#[test]
fn a_later_calendar_is_read_from_a_file_and_bad_lines_are_named() {
    let calendar = Calendar::parse("# later\n2027 rest 0101-0103 work 0104\n").unwrap();
    assert!(!calendar.is_working_day(day(2027, 1, 1)));
    for bad in [
        "2027",
        "2027 work 0101",
        "2027 rest 0230",
        "2027 rest 0103-0101",
        "2027 rest 0101 work 0101",
        "x rest 0101",
        "2027 rest 1",
        "2027 rest 0101\n2027 rest 0102",
    ] {
        let line = bad.lines().count();
        assert_eq!(Calendar::parse(bad).unwrap_err().line, line, "{bad}");
    }
}

#[test]
fn edge_case_49_a_year_announced_later_is_put_on_top_and_ends_what_was_provisional() {
    let later = "2026 rest 0101\n2027 rest 0101-0103\n";
    let calendar = Calendar::built_in().with_years_of(Calendar::parse(later).unwrap());
    assert_eq!(calendar.last_known_year(), Some(2027));
    // 28 to 31 December; 1 to 3 January off; 4 to 8, 11 to 15, 18.
    let deadline = calendar.after_working_days(day(2026, 12, 25), 15);
    assert_eq!(deadline, Deadline { last_day: day(2027, 1, 18), is_provisional: false });
    // The later file's word on a year is the whole word; other years stay as they were.
    assert!(calendar.is_working_day(day(2026, 10, 7)));
    assert!(!calendar.is_working_day(day(2025, 10, 7)));
}

proptest! {
    #[test]
    fn a_period_ends_on_a_working_day_and_holds_as_many_as_it_says(
        offset in 0u64..2_000, working_days in 1u32..60,
    ) {
        let calendar = Calendar::built_in();
        let event = day(2020, 1, 1).checked_add_days(Days::new(offset)).unwrap();
        let end = calendar.after_working_days(event, working_days).last_day;
        prop_assert!(calendar.is_working_day(end));
        prop_assert_eq!(calendar.working_days_between(event, end), working_days);
    }
}
