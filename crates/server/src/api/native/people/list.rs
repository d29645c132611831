//! `GET /v1/people`.

use rollcall_core::{
    command::List,
    facts::Query,
    id::{FamilyId, GroupId},
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::native::{
    caller::Caller,
    input::InQuery,
    lists::{self, Answered, Page},
};

/// Which people.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only those of this family.
    #[param(value_type = Option<String>)]
    family: Option<FamilyId>,
    /// Only those of this group.
    #[param(value_type = Option<String>)]
    group: Option<GroupId>,
    /// Entries after this id: the `next` of the page before.
    after: Option<String>,
    /// At most so many, up to 1000.
    limit: Option<usize>,
}

/// Every person that the account may see, by id. A person who is an account sees only themselves.
#[utoipa::path(get, path = "/v1/people", operation_id = "list_people", tag = "people", params(Which),
    responses((status = 200, description = "`people`, each as the event `person_changed` carries one; `next` if there are more", body = Object)))]
pub(super) async fn list(caller: Caller, InQuery(which): InQuery<Which>) -> Answered {
    let query = match (which.family, which.group) {
        (Some(family), _) => Query::PeopleOfFamily(family),
        (None, Some(group)) => Query::PeopleOfGroup(group),
        (None, None) => Query::People,
    };
    let page = Page { after: which.after, limit: which.limit };
    lists::list(caller, List::People, query, page).await
}

#[cfg(test)]
mod tests {
    use crate::api::testing::House;

    #[tokio::test]
    async fn everybody_sees_what_is_for_them() {
        let house = House::open().await;
        let (status, all) = house.by("admin", "GET", "/v1/people", None).await;
        assert_eq!((status, all["people"].as_array().unwrap().len()), (200, 2), "{all}");
        let (status, few) = house.by("bo", "GET", "/v1/people", None).await;
        assert_eq!((status, few["people"].as_array().unwrap().len()), (200, 1), "{few}");
        let (_, none) = house.by("admin", "GET", "/v1/people?family=f1", None).await;
        assert_eq!(none["people"], serde_json::json!([]));
    }
}
