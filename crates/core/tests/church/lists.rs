//! Who is on a sheet, and the commands that change it.

use rollcall_core::{
    command::Command,
    event::Event,
    people::{Newcomer, PersonKind},
    rejection::Rejection,
    sheet::Status,
};
use serde_json::json;

use crate::world::{World, date, names};

const TODAY: &str = "2025-01-21";

#[test]
fn church_7_8_regulars_are_sorted_by_family_then_first_name() {
    let mut world = World::new();
    assert_eq!(world.lists(TODAY), ("12 10 11".into(), String::new()));
    world.marks("1", TODAY, &["10"], Status::Present);
    assert_eq!(world.lists(TODAY), ("12 10* 11".into(), String::new()));
}

#[test]
fn church_7_8_a_past_snapshot_keeps_its_people() {
    let mut world = World::new();
    world.marks("1", "2025-01-14", &["10"], Status::Present);
    let archive = Command::Change {
        list: rollcall_core::command::List::People,
        id: Some("11".into()),
        fields: json!({"status": "inactive"}).as_object().unwrap().clone(),
        expect: Default::default(),
        seen: None,
    };
    world.does("1", archive);
    let add = |people: Vec<Newcomer>| Command::AddRegulars {
        gathering: "1".into(),
        date: date(TODAY),
        people,
    };
    world.does("3", add(vec![newcomer("Zoe", "New")]));
    assert_eq!(world.lists("2025-01-14").0, "12 10* 11", "archived yes, later ones no");
    assert_eq!(world.lists(TODAY).0, "12 22 10", "the active roster");
}

#[test]
fn church_7_8_visitors_stay_for_their_window_and_excluded_sheets_do_not_count() {
    let mut world = World::new();
    world.marks("1", "2024-11-01", &["20", "21"], Status::Present);
    let mut days = vec![];
    for day in 2..=7 {
        let on = format!("2024-11-0{day}");
        world.marks("1", &on, &["10"], Status::Present);
        days.push(world.lists(&on).1);
    }
    // Six sheets for one from nearby, two for a traveller, their own among them.
    assert_eq!(days, ["20 21", "20", "20", "20", "20", ""]);
    world.does("1", Command::ToggleExclusion { sheet: 5 });
    assert_eq!(world.lists("2024-11-07").1, "20");
}

#[test]
fn church_14_2_a_visitor_who_is_marked_shows_without_being_on_the_roster() {
    let mut world = World::new();
    world.does("1", crate::world::mark("3", TODAY, &["20"], Status::Present));
    let people = rollcall_core::sheet::sheet_people(
        &world.kept,
        &world.gathering("3"),
        date(TODAY),
        world.now,
    );
    let visitors = people.unwrap().visitors;
    assert_eq!(visitors.iter().map(|v| v.person.as_str()).collect::<Vec<_>>(), ["20"]);
}

fn newcomer(first: &str, last: &str) -> Newcomer {
    let known = |name: &str| Some(name.to_owned());
    Newcomer { first_name: known(first), last_name: known(last), child: false }
}

#[test]
fn church_8_11_an_individual_is_added_and_marked_present() {
    let mut world = World::new();
    let add = |gathering: &str, id: &str| Command::AddToSheet {
        gathering: gathering.into(),
        date: date(TODAY),
        people: vec![id.into()],
    };
    let events = world.does("1", add("3", "12"));
    assert_eq!(names(&events), ["roster_taken", "marked", "attended", "people_listed"]);
    assert_eq!(world.gathering("3").roster, ["10".into()], "a regular guest stays a guest");
    assert!(matches!(world.refused("1", add("3", "99")), Rejection::NotFound { .. }));
    assert!(matches!(world.refused("3", add("3", "12")), Rejection::Forbidden { .. }));
}

#[test]
fn church_8_12_a_visitor_family_comes_before_its_marks() {
    let mut world = World::new();
    let add = |family: &str| Command::AddFamilyToSheet {
        gathering: "1".into(),
        date: date(TODAY),
        family: family.into(),
    };
    let events = world.does("3", add("2"));
    assert_eq!(
        names(&events),
        ["roster_taken", "visitors_listed", "marked", "attended", "attended", "people_listed"]
    );
    let Event::VisitorsListed { family, visitors, .. } = &events[1] else { panic!() };
    assert_eq!(family.as_ref().unwrap().1, "Stone Family");
    assert_eq!((visitors.len(), visitors[0].present), (1, true));
    assert!(matches!(world.refused("3", add("1")), Rejection::NotFound { .. }), "a regular family");
}

fn visitors(people: Vec<Newcomer>) -> Command {
    Command::AddVisitors {
        gathering: "1".into(),
        date: date(TODAY),
        people,
        kind: PersonKind::LocalVisitor,
        family_name: None,
        notes: None,
        family: None,
    }
}

#[test]
fn church_8_14_visitors_are_listed_unmarked_and_found_again_by_name() {
    let mut world = World::new();
    let events =
        world.does("3", visitors(vec![newcomer("Pia", "Quick"), newcomer("Quin", "Quick")]));
    assert_eq!(world.lists(TODAY).1, "22 23");
    assert_eq!(names(&events).last().unwrap(), "people_listed");
    let Event::VisitorsListed { family, .. } = &events[events.len() - 2] else { panic!() };
    assert_eq!(*family, Some(("3".into(), "Quick Family".into())));
    let events = world.does("3", visitors(vec![newcomer("kim", "STONE")]));
    assert!(!names(&events).contains(&"person_changed".to_owned()), "reused");
    assert_eq!(world.lists(TODAY).1, "22 23 20");
    assert!(world.gathering("1").roster.contains(&"22".into()));
}

#[test]
fn church_8_15_the_visitor_takes_the_new_name_and_keeps_the_mark() {
    let mut world = World::new();
    world.marks("1", TODAY, &["20"], Status::Present);
    let events = world.does(
        "3",
        Command::ReplaceVisitor {
            gathering: "1".into(),
            date: date(TODAY),
            person: "20".into(),
            people: vec![newcomer("Kym", "Stein"), newcomer("Kid", "Stein")],
            kind: PersonKind::LocalVisitor,
            family_name: Some("Stein".into()),
        },
    );
    assert!(names(&events).contains(&"visitors_listed".to_owned()));
    assert_eq!(world.lists(TODAY).1, "22 20*");
    assert_eq!(world.people(TODAY).visitors[1].first_name, "Kym");
}

#[test]
fn church_8_16_a_visitor_goes_off_sheet_and_roster() {
    let mut world = World::new();
    let remove = |id: &str, whole_family| Command::RemoveVisitor {
        gathering: "1".into(),
        date: date(TODAY),
        person: id.into(),
        whole_family,
    };
    assert!(
        matches!(world.refused("3", remove("20", false)), Rejection::NotFound { what, .. } if what == "sheet")
    );
    world.marks("1", TODAY, &["20"], Status::Present);
    let events = world.does("3", remove("20", true));
    assert_eq!(names(&events), ["gathering_changed", "visitors_listed", "marked"]);
    assert_eq!(world.lists(TODAY).1, "");
    assert!(!world.gathering("1").roster.contains(&"20".into()));
    assert!(
        matches!(world.refused("3", remove("10", false)), Rejection::NotFound { what, .. } if what == "visitor")
    );
}

#[test]
fn church_8_21_a_taker_enters_a_family_and_a_coordinator_changes_it() {
    let mut world = World::new();
    let add = Command::AddFamily {
        name: "Snow".into(),
        kind: PersonKind::TravellerVisitor,
        notes: Some("drop by the table".into()),
        people: vec![newcomer("Jo", "Snow"), Newcomer::default()],
    };
    assert_eq!(
        names(&world.does("3", add)),
        ["family_changed", "person_changed", "person_changed"]
    );
    let change = || Command::ChangeFamily {
        family: "3".into(),
        name: None,
        kind: Some(PersonKind::Regular),
        notes: None,
    };
    assert!(matches!(world.refused("3", change()), Rejection::Forbidden { .. }));
    assert_eq!(names(&world.does("2", change())).len(), 3);
}

#[test]
fn church_8_8_a_coordinator_is_assigned_to_what_they_found() {
    let mut world = World::new();
    let fields = json!({"name": "Choir"}).as_object().unwrap().clone();
    let events = world.does("2", Command::AddGathering { fields });
    let [Event::GatheringChanged(made), Event::AccountChanged(founder)] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(made.id.as_str(), "4");
    assert_eq!(founder.gatherings.last(), Some(&made.id));
}

#[test]
fn church_8_7_preferences_are_kept_and_heard_by_their_owner_alone() {
    let mut world = World::new();
    let save = |values: serde_json::Value| Command::SavePreferences {
        values: values.as_object().unwrap().clone(),
    };
    let events = world.does("3", save(json!({"theme": {"dark": true}})));
    let heard = rollcall_core::audience::Hearer::Account("3".into());
    assert_eq!(events[0].audience().0, [heard]);
    assert!(world.does("3", save(json!({"theme": {"dark": true}}))).is_empty());
    for bad in [json!({"theme": 1}), json!({"": {}})] {
        assert!(matches!(world.refused("3", save(bad)), Rejection::Invalid { .. }));
    }
}
