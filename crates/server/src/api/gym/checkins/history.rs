//! `GET checkins/history/`: visits page by page, in both sets of keys (G8.8).

use std::collections::HashMap;

use axum::extract::{Query, State};
use rollcall_core::people::Permission;
use rollcall_wire::gym::shape::VisitShape;
use serde::Serialize;

use super::{
    super::{
        answer::{Answer, ok},
        caller::Caller,
    },
    selection::Selection,
    shapes, shown,
};
use crate::api::Api;

#[derive(Serialize)]
struct History<'a> {
    results: &'a [VisitShape<'a>],
    total: usize,
    page: usize,
    per_page: usize,
    total_pages: usize,
    #[serde(rename = "checkIns")]
    check_ins: &'a [VisitShape<'a>],
    #[serde(rename = "totalCount")]
    total_count: usize,
}

pub(super) async fn history(
    State(api): State<Api>,
    caller: Caller,
    Query(asked): Query<HashMap<String, String>>,
) -> Answer {
    caller.must(Permission::ReadDesk)?;
    let (selection, now) = (Selection::of(&asked)?, caller.now);
    let (page, per_page) = (selection.page, selection.per_page);
    let found = api.look(caller.tenant(), move |view| {
        let page = selection.page(view, now)?;
        Ok((shown(view, page.visits)?, page.total))
    });
    let (found, total) = found.await?;
    let visits = shapes(&found, now);
    ok(&History {
        results: &visits,
        total,
        page,
        per_page,
        total_pages: total.div_ceil(per_page),
        check_ins: &visits,
        total_count: total,
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{ANN, BEN, DAY_MS, Gym, MINUTE_MS, each, keys};

    #[tokio::test]
    async fn g8_8_history_has_both_key_sets() {
        let gym = Gym::open().await;
        gym.visit("v", ANN, 2 * DAY_MS, Some(2 * DAY_MS - 90 * MINUTE_MS)).await;
        for path in ["/api/checkins/history/", "/api/check-ins/", "/api/check-ins/history"] {
            let page = gym.read(path).await;
            let expected =
                ["checkIns", "page", "per_page", "results", "total", "totalCount", "total_pages"];
            assert_eq!(keys(&page), expected);
            assert_eq!(page["checkIns"], page["results"]);
            assert_eq!((&page["total"], &page["totalCount"]), (&1.into(), &1.into()));
            assert_eq!((&page["page"], &page["per_page"]), (&0.into(), &10.into()));
            assert_eq!(page["total_pages"], 1);
            let visit = &page["results"][0];
            let expected = [
                "checkInTime",
                "checkOutTime",
                "check_in_time",
                "check_out_time",
                "duration_minutes",
                "id",
                "location",
                "member",
                "notes",
                "status",
            ];
            assert_eq!(keys(visit), expected);
            assert_eq!(visit["duration_minutes"], 90);
            let expected =
                ["email", "fullName", "full_name", "id", "membership_number", "membership_type"];
            assert_eq!(keys(&visit["member"]), expected);
        }
    }

    #[tokio::test]
    async fn g8_8_filters_narrow_the_history() {
        let gym = Gym::open().await;
        gym.visit("a8", ANN, 8 * DAY_MS, Some(8 * DAY_MS - 1)).await;
        gym.visit("a40", ANN, 40 * DAY_MS, Some(40 * DAY_MS - 1)).await;
        gym.visit("b0", BEN, 0, None).await;
        for (query, expected) in [
            ("", vec!["b0", "a8", "a40"]),
            ("status=checked_in", vec!["b0"]),
            ("status=in", vec!["b0"]),
            ("status=checked_out", vec!["a8", "a40"]),
            ("status=out&dateRange=month", vec!["a8"]),
            ("status=whatever&dateRange=never", vec!["b0", "a8", "a40"]),
            ("dateRange=today", vec!["b0"]),
            ("dateRange=yesterday", vec![]),
            ("dateRange=week", vec!["b0"]),
            ("q=sample", vec!["b0"]),
            ("q=gym0001", vec!["a8", "a40"]),
            ("q=30%20111", vec!["a8", "a40"]),
            ("q=nobody", vec![]),
        ] {
            let page = gym.read(&format!("/api/checkins/history/?{query}")).await;
            assert_eq!(each(&page["results"], "id"), expected, "{query}");
            assert_eq!(page["total"], expected.len(), "{query}");
            let first = gym.read(&format!("/api/checkins/history/?{query}&perPage=1")).await;
            assert_eq!(each(&first["results"], "id"), expected[..expected.len().min(1)], "{query}");
            assert_eq!(first["total"], expected.len(), "{query}");
        }
    }

    #[tokio::test]
    async fn g8_8_pages_count_from_nought() {
        let gym = Gym::open().await;
        for n in 0..25 {
            let began = (30 + i64::from(n)) * DAY_MS;
            gym.visit(&format!("v{n:02}"), ANN, began, Some(began - 1)).await;
        }
        for (query, first, count, pages) in [
            ("", "v00", 10, 3),
            ("?page=2", "v20", 5, 3),
            ("?page=1&perPage=4", "v04", 4, 7),
            ("?perPage=100", "v00", 25, 1),
        ] {
            let page = gym.read(&format!("/api/checkins/history/{query}")).await;
            let ids = each(&page["results"], "id");
            assert_eq!((ids[0], ids.len()), (first, count), "{query}");
            assert_eq!((&page["total"], &page["total_pages"]), (&25.into(), &pages.into()));
        }
        let beyond = gym.read("/api/checkins/history/?page=9").await;
        assert_eq!((beyond["results"].as_array().unwrap().len(), &beyond["page"]), (0, &9.into()));
    }
}
