//! The signed-in account, as the app's boot reads it (8.6).

use rollcall_core::people::{Account, Tenant};
use serde::Serialize;

use super::{Assignment, Number};

/// `user` of sign-in and `me`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the contract's own names, one by one")]
pub struct User<'a> {
    pub id: Number<'a>,
    pub email: Option<&'a str>,
    pub mobile_number: Option<&'a str>,
    pub primary_contact_method: &'static str,
    pub role: &'static str,
    pub first_name: &'a str,
    pub last_name: &'a str,
    #[serde(rename = "church_id")]
    pub church_id: &'a str,
    pub church_name: &'a str,
    pub timezone: &'a str,
    pub is_church_approved: bool,
    pub is_first_login: bool,
    pub default_gathering_id: Option<Number<'a>>,
    pub gathering_assignments: Vec<Assignment<'a>>,
    /// These two in `me` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread_notifications: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_sample_data: Option<bool>,
}

impl<'a> User<'a> {
    /// The shape right after sign-in.
    #[must_use]
    pub fn of(account: &'a Account, church: &'a Tenant, assignments: Vec<Assignment<'a>>) -> Self {
        Self {
            id: Number(account.id.as_str()),
            email: account.email.as_deref(),
            mobile_number: account.mobile.as_deref(),
            primary_contact_method: if account.email.is_some() { "email" } else { "sms" },
            role: account.role.name(),
            first_name: &account.first_name,
            last_name: &account.last_name,
            church_id: church.id.as_str(),
            church_name: &church.name,
            timezone: church.time_zone.name(),
            is_church_approved: church.settings.church.approved,
            is_first_login: false,
            default_gathering_id: assignments.first().map(|first| first.id),
            gathering_assignments: assignments,
            unread_notifications: None,
            has_sample_data: None,
        }
    }

    /// The shape of `me`.
    #[must_use]
    pub fn me(self) -> Self {
        Self { unread_notifications: Some(0), has_sample_data: Some(false), ..self }
    }
}
