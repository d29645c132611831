//! `GET members/{id}/photo/`: the picture, for its ticket or for a token that may read people.

use std::collections::HashMap;

use axum::{
    extract::{FromRequestParts, Query, State},
    http::{header, request::Parts},
    response::IntoResponse,
};
use rollcall_core::{facts::Facts, id::TenantId, people::Permission};

use super::{
    super::{
        super::{
            answer::Answer,
            caller::{Caller, host},
            path_id::PathId,
            refused::Refused,
        },
        find,
    },
    Photo, document_of, kind,
};
use crate::api::Api;

pub(super) async fn show(
    State(api): State<Api>,
    PathId(id): PathId,
    Query(mut asked): Query<HashMap<String, String>>,
    mut parts: Parts,
) -> Answer {
    let photo = match asked.remove("ticket") {
        Some(ticket) => {
            let tenant = tenant(&api, &parts).await?;
            let photo = photo(&api, &tenant, id).await?.filter(|photo| photo.ticket == ticket);
            photo.ok_or(Refused::NoToken)?
        }
        None => {
            let caller = Caller::from_request_parts(&mut parts, &api).await?;
            caller.must_or_be(Permission::ReadPeople, &id.as_str().into())?;
            photo(&api, caller.tenant(), id).await?.ok_or(Refused::NotFound)?
        }
    };
    // A new photo has a new address.
    let headers = [
        (header::CONTENT_TYPE, photo.media_type),
        (header::CACHE_CONTROL, "private, max-age=86400".to_owned()),
    ];
    Ok((headers, photo.bytes).into_response())
}

/// The tenant of a request without a token.
async fn tenant(api: &Api, parts: &Parts) -> Result<TenantId, Refused> {
    let (listener, host) = (api.tenant.clone(), host(&parts.headers));
    let tenant =
        api.apart(move |control| control.authority.tenant_for(listener.as_ref(), host.as_deref()));
    tenant.await??.ok_or(Refused::NoToken)
}

async fn photo(api: &Api, tenant: &TenantId, id: String) -> Result<Option<Photo>, Refused> {
    let found = api.look(tenant, move |view| {
        let facts: &dyn Facts = view;
        let Some(person) = find(facts, &id)? else { return Ok(None) };
        let document = facts.document(&kind(), &document_of(&person.id))?;
        Ok(document.as_deref().and_then(Photo::of))
    });
    Ok(found.await?)
}
