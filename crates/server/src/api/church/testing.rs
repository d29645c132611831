//! For the tests of the church REST: a small church and its neighbour.

use std::collections::BTreeSet;

use rollcall_core::facts::Row;
use rollcall_wire::Dialect;
use serde_json::{Value, json};

use crate::{
    api::testing::{House, row},
    config::Config,
};

/// The church's id.
pub(super) const CHURCH: &str = "gra_4f09c2";

/// The neighbour's id; `ada@x.org` signs in there as well.
pub(super) const NEIGHBOUR: &str = "hop_1a2b3c";

/// A church: admin `1`, coordinator `2` (gatherings 1 and 2), attendance taker `3` (gathering 1);
/// the standard gatherings `1`, with 10, 11, 12, 20 and 21 on its roster, and `3`; `2`, where heads
/// are counted; the Reeds 10 and 11, the visitors 20 (Kim Stone, family 2) and 21.
pub(super) async fn church() -> House {
    church_with(|_| {}).await
}

/// The same under other settings.
pub(super) async fn church_with(set: impl FnOnce(&mut Config)) -> House {
    let mut config = Config::default();
    config.allow_origins.push("https://desk.example.org".into());
    set(&mut config);
    House::keeping(Dialect::Church, config, vec![(CHURCH, rows(false)), (NEIGHBOUR, neighbour())])
        .await
}

/// The same with the kiosk of unattended devices switched on.
pub(super) async fn church_with_kiosk() -> House {
    House::keeping(Dialect::Church, Config::default(), vec![(CHURCH, rows(true))]).await
}

fn rows(kiosk_rest: bool) -> Vec<Row> {
    let person = |id: &str, first: &str, last: &str, kind: &str, family: Option<&str>| {
        let person = json!({"id": id, "first_name": first, "last_name": last, "kind": kind, "family": family});
        row("person", person)
    };
    vec![
        row(
            "tenant",
            json!({"id": CHURCH, "name": "Grace", "time_zone": "Australia/Sydney",
                "settings": {"church": {"kiosk_rest": kiosk_rest}}}),
        ),
        row("family", json!({"id": "1", "name": "Reed"})),
        row("family", json!({"id": "2", "name": "Stone Family", "kind": "local_visitor"})),
        person("10", "Ana", "Reed", "regular", Some("1")),
        person("11", "bob", "Reed", "regular", Some("1")),
        person("12", "Cy", "Abel", "regular", None),
        person("20", "Kim", "Stone", "local_visitor", Some("2")),
        person("21", "Lou", "Way", "traveller_visitor", None),
        row(
            "gathering",
            json!({"id": "1", "name": "Sunday", "day_of_week": "sunday", "start": "10:00",
                "frequency": "weekly", "roster": ["10", "11", "12", "20", "21"]}),
        ),
        row("gathering", json!({"id": "2", "name": "Street", "kind": "headcount"})),
        row("gathering", json!({"id": "3", "name": "Youth", "roster": ["10"]})),
        row(
            "account",
            json!({"id": "1", "email": "ada@x.org", "first_name": "Ada", "last_name": "Admin",
                "role": "admin"}),
        ),
        row(
            "account",
            json!({"id": "2", "email": "ben@x.org", "first_name": "Ben", "last_name": "Bell",
                "role": "coordinator", "gatherings": ["1", "2"]}),
        ),
        row(
            "account",
            json!({"id": "3", "email": "tom@x.org", "mobile": "0412 3", "first_name": "Tom", "last_name": "Take",
                "role": "attendance_taker", "gatherings": ["1"]}),
        ),
        row(
            "account",
            json!({"id": "4", "email": "old@x.org", "role": "attendance_taker", "active": false}),
        ),
    ]
}

fn neighbour() -> Vec<Row> {
    vec![
        row("tenant", json!({"id": NEIGHBOUR, "name": "Hope"})),
        row("account", json!({"id": "7", "email": "ada@x.org", "role": "attendance_taker"})),
    ]
}

/// The names of an object's fields.
pub(super) fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap_or_else(|| panic!("{value}")).keys().map(String::as_str).collect()
}

/// The same of names written with spaces between them.
pub(super) fn these(names: &str) -> BTreeSet<&str> {
    names.split_whitespace().collect()
}

/// What a sheet of gathering 1 shows: its full form.
pub(super) async fn full(house: &House, date: &str) -> Value {
    let path = format!("/api/attendance/1/{date}/full");
    let (status, said) = house.by("1", "GET", &path, None).await;
    assert_eq!(status, 200, "{said}");
    said
}

/// The ids of a list, those present with a star.
pub(super) fn shown(list: &Value) -> String {
    let one = |entry: &Value| {
        format!("{}{}", entry["id"], if entry["present"] == true { "*" } else { "" })
    };
    list.as_array().unwrap().iter().map(one).collect::<Vec<_>>().join(" ")
}
