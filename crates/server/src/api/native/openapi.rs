//! `GET /v1/openapi.json`, and the description itself.

use axum::{http::StatusCode, response::IntoResponse};
use rollcall_core::rejection::Fault;
use serde::Serialize;
use utoipa::{
    OpenApi, ToSchema,
    openapi::{
        OpenApi as Document, Ref, RefOr, Required,
        content::ContentBuilder,
        header::Header,
        path::{Operation, ParameterBuilder, ParameterIn},
        response::{Response, ResponseBuilder},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::lists::Answered;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Rollcall",
        description = "The native REST of Rollcall. docs/protocol/rest.md tells what all endpoints \
                       have in common; what is live is described in docs/protocol/native.md."
    ),
    components(schemas(Refusal)),
    security(("bearer" = []), ("cookie" = []))
)]
struct Frame;

/// Every no.
#[derive(Serialize, ToSchema)]
struct Refusal {
    error: Problem,
}

/// Why not.
#[derive(Serialize, ToSchema)]
struct Problem {
    /// A stable word.
    code: String,
    /// What is wrong, for people.
    cause: String,
    /// What can be done, for people.
    what_to_do: String,
    /// The field that is wrong.
    field: Option<String>,
    /// More, by code.
    #[schema(value_type = Option<Object>)]
    detail: Option<()>,
}

/// The description of every endpoint.
pub(in crate::api) fn document() -> Document {
    let mut document = Frame::openapi();
    document.merge(super::described().into_openapi());
    document.info.version = "1".into();
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let about = "For our own pages; a write needs X-Requested-With: rollcall beside it.";
    let cookie = ApiKeyValue::with_description(super::caller::COOKIE, about);
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    for (path, item) in &mut document.paths.paths {
        if !path.starts_with("/v1/") {
            continue;
        }
        item.get.iter_mut().for_each(complete);
        for write in [&mut item.post, &mut item.put, &mut item.patch, &mut item.delete] {
            write.iter_mut().for_each(|operation| {
                complete(operation);
                retryable(operation);
            });
        }
    }
    document
}

/// What every operation may answer.
fn complete(operation: &mut Operation) {
    let refusal = || ContentBuilder::new().schema(Some(Ref::from_schema_name("Refusal"))).build();
    for (status, response) in &mut operation.responses.responses {
        if let (true, RefOr::T(response)) = (status.as_str() >= "400", response) {
            response.content.insert("application/json".into(), refusal().into());
        }
    }
    let no: Response = ResponseBuilder::new()
        .description("A refusal. 429 and 503 say in Retry-After when to come again.")
        .content("application/json", refusal())
        .header("Retry-After", Header::default())
        .build();
    operation.responses.responses.insert("default".into(), no.into());
}

/// Every write of somebody signed in takes an id of the client's.
fn retryable(operation: &mut Operation) {
    if operation.security.is_some() {
        return;
    }
    let key = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The client's id for the write: a retry gets the first answer again."))
        .schema(Some(utoipa::schema!(String)))
        .build();
    operation.parameters.get_or_insert_default().push(key.into());
}

/// This description.
#[utoipa::path(get, path = "/v1/openapi.json", operation_id = "openapi", tag = "health", security(()),
    responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
pub(super) async fn show() -> Answered<impl IntoResponse> {
    let text = document().to_json().map_err(|error| Fault(error.to_string()))?;
    Ok((StatusCode::OK, [("content-type", "application/json")], text))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rollcall_wire::Dialect;

    use crate::api::testing::{House, json_of};

    #[tokio::test]
    async fn every_endpoint_that_is_described_is_there() {
        let house = House::open().await;
        let said = json_of(house.ask("GET", "/v1/openapi.json", &[], None).await).await;
        let paths = said["paths"].as_object().unwrap();
        assert!(paths.len() > 25, "{}", paths.len());
        for (path, item) in paths {
            let sent = path.replace("{date}", "2026-11-21").replace(['{', '}'], "");
            for method in item.as_object().unwrap().keys() {
                let response = house.ask(&method.to_uppercase(), &sent, &[], None).await;
                let open = path.starts_with("/health") || path == "/v1/openapi.json";
                let body = path.starts_with("/v1/sessions") && method == "post";
                let status = response.status().as_u16();
                let fine = match (open, body) {
                    (true, _) => status == 200 || status == 503,
                    (_, true) => status == 400,
                    _ => status == 401,
                };
                assert!(fine, "{method} {path}: {status}");
            }
            let response = house.ask("TRACE", &sent, &[], None).await;
            assert_eq!(response.status(), 405, "{path}");
            assert_eq!(json_of(response).await["error"]["code"], "method_not_allowed");
        }
        assert_eq!(house.ask("GET", "/v1/nothing", &[], None).await.status(), 404);
    }

    /// An endpoint gets in by `routes!`, which describes it; a bare route would not be described.
    #[test]
    fn every_endpoint_is_described() {
        let bare = concat!(".", "route(");
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api/native")];
        let mut read = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(!text.contains(bare), "{} adds a bare route", path.display());
                read += 1;
            }
        }
        assert!(read > 40, "only {read} files were read");
    }

    #[test]
    fn no_two_endpoints_share_a_name() {
        let document = super::document();
        let items = document.paths.paths.values();
        let mut names: Vec<_> = items
            .flat_map(|item| [&item.get, &item.post, &item.put, &item.patch, &item.delete])
            .filter_map(|operation| operation.as_ref()?.operation_id.clone())
            .collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    /// `cargo xtask openapi --update` writes it anew.
    #[test]
    fn the_kept_description_is_the_current_one() {
        let kept = include_str!("../../../../../docs/openapi/native.json");
        let now = crate::api::openapi(Dialect::Native).unwrap();
        assert!(kept == now, "docs/openapi/native.json is out of date");
    }
}
