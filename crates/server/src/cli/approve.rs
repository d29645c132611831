//! `rollcall approve`: lets a church be used that waits for it.

use anyhow::bail;
use rollcall_core::{
    command::{Ask, By, Command, Expect, List},
    id::TenantId,
};
use rollcall_store::Store;
use serde_json::json;

use super::say;
use crate::{
    app, clock,
    config::{Config, PlaceFlags},
};

/// Let a church be used whose approval is pending. Works while the program runs, too.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Which tenant.
    #[arg(value_name = "ID")]
    tenant: String,
    /// Take the approval back: its accounts can only sign in.
    #[arg(long)]
    withdraw: bool,
    #[command(flatten)]
    place: PlaceFlags,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let store = app::open_store(&Config::load(&args.place.clone().into())?)?;
    let tenant = args.tenant.as_str().into();
    approve(&*store, &tenant, !args.withdraw)?;
    let outcome = if args.withdraw { "no longer approved" } else { "approved" };
    Ok(say::line(format!("{tenant} is {outcome}"))?)
}

fn approve(store: &dyn Store, tenant: &TenantId, approved: bool) -> anyhow::Result<()> {
    if !store.tenants()?.contains(tenant) {
        bail!("there is no tenant {:?}", tenant.as_str());
    }
    let settings = json!({"church": {"approved": approved}});
    let command = Command::Change {
        list: List::Tenant,
        id: Some(tenant.to_string()),
        fields: [("settings".to_owned(), settings)].into_iter().collect(),
        expect: Expect::There,
        seen: None,
    };
    let fresh = clock::fresh_id();
    let ask = Ask { tenant: tenant.clone(), by: By::System, id: None, command, fresh };
    for verdict in store.commit(&[ask], clock::now())? {
        verdict?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rollcall_core::facts::Facts;
    use rollcall_store::{MemoryStore, Store};

    use super::*;
    use crate::tenants;

    #[test]
    fn the_operator_approves_a_church_and_takes_it_back() {
        let store = MemoryStore::new();
        let file = json!({
            "tenant": {"id": "gra", "name": "Grace", "settings": {
                "hosts": ["grace.example"], "church": {"approved": false, "kiosk_rest": true}}}
        });
        tenants::import(&store, &file.to_string(), false).unwrap();
        let tenant = TenantId::new("gra");
        for approved in [true, true, false] {
            approve(&store, &tenant, approved).unwrap();
            let mut found = None;
            let look = &mut |view: &dyn rollcall_store::View| {
                let facts: &dyn Facts = view;
                found = facts.tenant()?.map(|tenant| tenant.settings.clone());
                Ok(())
            };
            assert!(store.look(&tenant, look).unwrap());
            let settings = found.unwrap();
            assert_eq!((settings.church.approved, settings.church.kiosk_rest), (approved, true));
            assert_eq!(settings.hosts, ["grace.example"], "the rest stays");
        }
        assert!(approve(&store, &TenantId::new("nobody"), true).is_err());
    }
}
