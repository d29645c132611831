//! `GET members/{id}/id_card/`: a card to print, as PDF (G8.7). Its barcode is the membership
//! number, which is what scanners read, and never the long id (G14.9).

mod code128;
mod pdf;

use axum::{extract::State, http::header, response::IntoResponse};
use rollcall_core::people::{Permission, Person};

use self::pdf::Page;
use super::{
    super::{answer::Answer, caller::Caller, path_id::PathId, refused::Refused},
    member,
};
use crate::api::Api;

/// A card as ISO/IEC 7810 has it, ID-1: 85.60 mm by 53.98 mm, in points.
const WIDTH_PT: f64 = 242.65;
const HEIGHT_PT: f64 = 153.0;

/// Around everything, in points.
const MARGIN_PT: f64 = 14.0;

/// The widest a bar of one module may be, in points: wider ones help no scanner.
const MODULE_PT_MAX: f64 = 1.2;

/// How high the bars are, in points.
const BARS_PT: f64 = 46.0;

pub(super) async fn show(State(api): State<Api>, caller: Caller, PathId(id): PathId) -> Answer {
    caller.must_or_be(Permission::ReadPeople, &id.as_str().into())?;
    let person = member(&api, &caller, id).await?;
    let no_number = || Refused::Rule("This member has no membership number to print.".into());
    let number = person.number.as_deref().ok_or_else(no_number)?;
    let bars = code128::bars(number).ok_or_else(no_number)?;
    let plain = number.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let disposition = format!("inline; filename=\"card-{}.pdf\"", plain.collect::<String>());
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, card(&person, number, &bars)).into_response())
}

/// The card: name, plan, barcode, number.
fn card(person: &Person, number: &str, bars: &[code128::Bar]) -> Vec<u8> {
    let mut page = Page::new(WIDTH_PT, HEIGHT_PT);
    page.text(MARGIN_PT, HEIGHT_PT - 34.0, 15.0, &person.full_name());
    if let Some(membership) = &person.membership {
        page.text(MARGIN_PT, HEIGHT_PT - 52.0, 10.0, &membership.plan);
    }
    let modules = code128::modules(bars);
    let module_pt = ((WIDTH_PT - 2.0 * MARGIN_PT) / f64::from(modules)).min(MODULE_PT_MAX);
    let left = (WIDTH_PT - module_pt * f64::from(modules)) / 2.0;
    for bar in bars {
        let x = left + module_pt * f64::from(bar.at);
        page.bar(x, 30.0, module_pt * f64::from(bar.width), BARS_PT);
    }
    page.text(left, 16.0, 10.0, number);
    page.finish()
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{ANN, Gym};
    use crate::api::testing::header_of;

    #[tokio::test]
    async fn g14_9_a_card_carries_the_membership_number() {
        let gym = Gym::open().await;
        let bearer = format!("Bearer {}", gym.house.token("trainer"));
        let headers = [("authorization", &*bearer)];
        let path = format!("/api/members/{ANN}/id_card/");
        let response = gym.house.ask("GET", &path, &headers, None).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header_of(&response, "content-type"), Some("application/pdf"));
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.starts_with("%PDF-1.4") && text.trim_end().ends_with("%%EOF"));
        assert!(text.contains("(Ann Maria Example) Tj") && text.contains("(GYM0001) Tj"));
        assert!(!text.contains(ANN), "never the long id");
        let bars = text.lines().filter(|line| line.ends_with(" re f")).count();
        let (signs, start, check, stop) = (7, 1, 1, 1);
        assert_eq!(bars, (signs + start + check) * 3 + stop * 4);
    }

    #[tokio::test]
    async fn g14_9_without_a_number_there_is_no_card() {
        let gym = Gym::open().await;
        let person = serde_json::json!({"id": "x", "first_name": "X", "version": 1});
        gym.import(vec![super::super::super::testing::row("person", person)]).await;
        let (status, body) = gym.by("admin", "GET", "/api/members/x/id_card/", None).await;
        assert_eq!(status, 400);
        assert!(body["error"].is_string());
    }
}
