//! `POST` and `DELETE /api/individuals/:id/gatherings/:gatheringId` (8.21).

use axum::response::Response;
use rollcall_core::{command::Command, id::PersonId};

use crate::api::church::{
    input::{AtGathering, Names},
    refused::Answered,
};

/// Puts somebody on a roster.
pub(super) async fn enrol(at: AtGathering, names: Names) -> Answered<Response> {
    set(at, names, true, "Individual assigned to gathering successfully").await
}

/// Takes somebody off a roster.
pub(super) async fn dismiss(at: AtGathering, names: Names) -> Answered<Response> {
    set(at, names, false, "Individual removed from gathering successfully").await
}

async fn set(
    AtGathering { caller, gathering }: AtGathering,
    names: Names,
    expected: bool,
    message: &str,
) -> Answered<Response> {
    caller.coordinator()?;
    let person = PersonId::new(names.id("id"));
    caller.put(Command::Enrol { gathering, person, expected }).await?;
    Ok(caller.done(message))
}

#[cfg(test)]
mod tests {
    use crate::api::church::testing::{church, full, shown};

    #[tokio::test]
    async fn church_8_21_a_person_goes_off_the_roster_and_comes_back() {
        let house = church().await;
        let path = "/api/individuals/12/gatherings/1";
        for (method, list) in [("DELETE", "10 11"), ("POST", "12 10 11")] {
            assert_eq!(house.by("2", method, path, None).await.0, 200);
            assert_eq!(shown(&full(&house, "2025-01-19").await["attendanceList"]), list);
        }
        assert_eq!(house.by("2", "POST", "/api/individuals/12/gatherings/3", None).await.0, 403);
        assert_eq!(house.by("2", "POST", "/api/individuals/99/gatherings/1", None).await.0, 404);
    }
}
