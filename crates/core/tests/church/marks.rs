//! Marks, snapshots, headcounts and the kiosk.

use rollcall_core::{
    command::Command,
    event::Event,
    facts::Facts,
    people::HeadcountMode,
    rejection::Rejection,
    sheet::{KioskStep, MarkResult, Status, kiosk_entries},
};

use crate::world::{World, date, mark, names};

const TODAY: &str = "2025-01-21";

#[test]
fn church_7_7_the_first_present_mark_takes_the_roster_once() {
    let mut world = World::new();
    assert_eq!(
        names(&world.marks("1", TODAY, &["10"], Status::Absent)),
        ["sheet_changed", "marked"]
    );
    let events = world.marks("1", TODAY, &["11"], Status::Present);
    assert_eq!(names(&events), ["roster_taken", "marked", "attended"]);
    let Event::RosterTaken { sheet, marks } = &events[0] else { panic!() };
    let made: Vec<_> = marks.iter().map(|m| (m.person.as_str(), m.from_roster, m.status)).collect();
    let row = |id| (id, true, Status::Absent);
    assert_eq!((sheet.roster_taken, made), (true, vec![row("12"), row("20"), row("21")]));
    assert_eq!(names(&world.marks("1", TODAY, &["12"], Status::Present)), ["marked", "attended"]);
}

#[test]
fn church_7_7_no_snapshot_for_future_dates_and_headcounts() {
    let mut world = World::new();
    let events = world.marks("1", "2025-01-22", &["10"], Status::Present);
    assert_eq!(names(&events), ["sheet_changed", "marked", "attended"]);
    let events = world.does("1", mark("2", TODAY, &["10"], Status::Present));
    assert!(!names(&events).contains(&"roster_taken".to_owned()));
    // 13:30 UTC is past midnight in Sydney: the 22nd is today there.
    world.now = "2025-01-21T13:30:00Z".parse().unwrap();
    let events = world.marks("1", "2025-01-22", &["11"], Status::Present);
    assert_eq!(names(&events)[0], "roster_taken");
}

#[test]
fn church_7_9_the_last_date_only_grows() {
    let mut world = World::new();
    let last = |world: &World| {
        let facts: &dyn Facts = &world.kept;
        facts.person(&"10".into()).unwrap().unwrap().last_attended
    };
    world.marks("1", "2025-01-14", &["10"], Status::Present);
    assert_eq!(last(&world), Some(date("2025-01-14")));
    world.marks("1", "2025-01-07", &["10"], Status::Present);
    assert_eq!(last(&world), Some(date("2025-01-14")));
}

#[test]
fn church_7_2_each_record_is_judged_alone() {
    let mut world = World::new();
    let decision = world.ask("1", mark("1", TODAY, &["10", "99"], Status::Present)).unwrap();
    assert!(matches!(
        &decision.marks[..],
        [MarkResult::Applied { .. }, MarkResult::UnknownPerson { .. }]
    ));
    let nobody = world.ask("1", mark("1", TODAY, &["99"], Status::Present)).unwrap();
    assert!(nobody.events.is_empty());
}

#[test]
fn church_7_3_c_a_repeat_overtaken_by_another_hand_changes_nothing() {
    let mut world = World::new();
    let tap = |world: &mut World, by: &str, status, tapped: Option<i64>| {
        let mut command = mark("1", TODAY, &["10"], status);
        if let Command::MarkSheet { changes, .. } = &mut command {
            changes[0].marked_at = tapped.map(|ms| world.now.plus_ms(ms));
        }
        world.now = world.now.plus_ms(2_000);
        world.ask(by, command).unwrap().marks.remove(0)
    };
    let first = tap(&mut world, "1", Status::Present, Some(-500));
    assert!(matches!(first, MarkResult::Applied { .. }));
    assert!(matches!(tap(&mut world, "2", Status::Absent, None), MarkResult::Applied { .. }));
    // The same tap again: 4000 ms of the two taps above have passed.
    assert!(matches!(
        tap(&mut world, "1", Status::Present, Some(-4_500)),
        MarkResult::Overtaken { .. }
    ));
    world.now = world.now.plus_ms(16 * 60_000);
    let late = tap(&mut world, "1", Status::Present, Some(-6_500 - 16 * 60_000));
    assert!(matches!(late, MarkResult::Stale { .. }), "{late:?}");
}

#[test]
fn church_7_4_true_false_true_with_one_time_are_three_writes() {
    let mut world = World::new();
    let tapped = world.now.plus_ms(-60_000);
    for status in [Status::Present, Status::Absent, Status::Present] {
        let mut command = mark("1", TODAY, &["10"], status);
        if let Command::MarkSheet { changes, .. } = &mut command {
            changes[0].marked_at = Some(tapped);
        }
        let got = world.ask("1", command.clone()).unwrap().marks.remove(0);
        assert!(matches!(got, MarkResult::Applied { .. }), "{got:?}");
        let again = world.ask("1", command).unwrap().marks.remove(0);
        assert!(matches!(again, MarkResult::Unchanged { .. }), "{again:?}");
    }
}

#[test]
fn church_7_10_headcounts_name_everybody_and_the_corrector() {
    let mut world = World::new();
    let count = |count, counter: Option<&str>, mode| Command::CountHeads {
        gathering: "2".into(),
        date: date(TODAY),
        count,
        mode,
        counter: counter.map(Into::into),
    };
    world.does("1", count(5, None, Some(HeadcountMode::Combined)));
    world.now = world.now.plus_ms(1_000);
    let events = world.does("1", count(7, Some("2"), None));
    let [Event::HeadsCounted { mode, names, corrected_by, counter_name, .. }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(*mode, HeadcountMode::Combined);
    assert_eq!(names[..], ["Ben Bell", "Ada Admin"]);
    assert_eq!((counter_name.as_str(), corrected_by.as_deref()), ("Ben Bell", Some("Ada Admin")));
    let mode = Command::SetHeadcountMode {
        gathering: "2".into(),
        date: date(TODAY),
        mode: HeadcountMode::Combined,
    };
    assert_eq!(crate::world::names(&world.does("2", mode)), ["headcount_mode_set"]);
}

fn kiosk(people: &[&str], step: KioskStep) -> Command {
    Command::UseKiosk {
        gathering: "1".into(),
        date: date(TODAY),
        people: people.iter().map(|p| (*p).into()).collect(),
        step,
        signer: Some("Mum".into()),
    }
}

#[test]
fn church_7_11_a_repeat_is_not_written_down_and_in_out_in_is() {
    use KioskStep::{In, Out};
    let mut world = World::new();
    let events = world.does("3", kiosk(&["10", "99"], In));
    assert_eq!(names(&events), ["roster_taken", "marked", "attended", "kiosk_used"]);
    world.now = world.now.plus_ms(30_000);
    assert!(!names(&world.does("3", kiosk(&["10"], In))).contains(&"kiosk_used".into()));
    for step in [Out, In] {
        assert!(names(&world.does("3", kiosk(&["10"], step))).contains(&"kiosk_used".into()));
    }
    world.now = world.now.plus_ms(61_000);
    world.does("3", kiosk(&["10"], In));
    let entries = kiosk_entries(&world.kept, &"1".into(), date(TODAY)).unwrap();
    let steps: Vec<_> = entries.iter().map(|e| (e.number, e.step)).collect();
    assert_eq!(steps, [(1, In), (2, Out), (3, In), (4, In)]);
    assert_eq!(world.lists(TODAY).0, "12 10* 11");
}

#[test]
fn church_7_11_nobody_known_is_refused_and_check_out_leaves_the_mark() {
    let mut world = World::new();
    assert!(matches!(
        world.refused("3", kiosk(&["99"], KioskStep::In)),
        Rejection::NotFound { .. }
    ));
    world.does("3", kiosk(&["10"], KioskStep::In));
    assert_eq!(names(&world.does("3", kiosk(&["10"], KioskStep::Out))), ["kiosk_used"]);
    assert_eq!(world.lists(TODAY).0, "12 10* 11");
}

#[test]
fn church_8_20_only_an_admin_clears_the_kiosk() {
    let mut world = World::new();
    world.does("3", kiosk(&["10"], KioskStep::In));
    let clear = || Command::ClearKiosk { gathering: "1".into(), date: date(TODAY) };
    assert!(matches!(world.refused("2", clear()), Rejection::Forbidden { .. }));
    world.does("1", clear());
    assert_eq!(kiosk_entries(&world.kept, &"1".into(), date(TODAY)).unwrap(), []);
}

#[test]
fn church_8_17_exclusion_toggles_for_those_who_see_the_gathering() {
    let mut world = World::new();
    world.marks("1", TODAY, &["10"], Status::Present);
    assert!(matches!(
        world.refused("3", Command::ToggleExclusion { sheet: 1 }),
        Rejection::Forbidden { .. }
    ));
    for excluded in [true, false] {
        let events = world.does("2", Command::ToggleExclusion { sheet: 1 });
        assert!(matches!(&events[..], [Event::ExclusionSet(s)] if s.excluded == excluded));
    }
    assert!(matches!(
        world.refused("1", Command::ToggleExclusion { sheet: 9 }),
        Rejection::NotFound { .. }
    ));
}
