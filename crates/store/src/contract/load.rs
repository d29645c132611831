//! Loading: a tenant comes whole, once, or anew.

use std::sync::Arc;

use rollcall_core::{
    desk::Visit,
    event::Event,
    facts::{Key, Query, Row},
    id::{PersonId, TenantId, VisitId},
    position::{Epoch, Offset, Position},
    sheet::Status::Present,
};

use super::{
    NOW, Open, ask, check_in, commit, done, marking, opened, rejection, rows_of, seen, tenant,
    world,
};
use crate::Loaded;

/// A tenant that is there is left alone unless it is replaced; then its log is another one.
pub fn a_tenant_is_loaded_once_or_replaced(open: Open<'_>) {
    let store = opened(open);
    let tap = ask("ann", Some("tap"), check_in("1"));
    done(&*store, tap.clone());
    done(&*store, ask("ann", None, marking(1, "1", Present)));
    let kept = store.load(&tenant(), Epoch(8), Vec::new(), false, NOW);
    assert_eq!(kept.expect("the store works"), Loaded::Kept);
    assert_eq!(seen(&*store, |view| view.position().offset), Offset(4));
    let anew = store.load(&tenant(), Epoch(9), world(), true, NOW).expect("the store works");
    let position = Position { epoch: Epoch(9), offset: Offset(1) };
    assert_eq!(anew, Loaded::Done(position));
    drop(store);
    let store = open();
    seen(&*store, |view| {
        assert_eq!(view.position(), position);
        let page = view.log(Offset(0), 9, None).expect("the log is read");
        let [only] = &page.events[..] else { unreachable!("one event: {page:?}") };
        assert_eq!(only.event, Event::Imported { rows: world() });
        let rows = view.everything().expect("the store works");
        assert_eq!(rows.len(), world().len(), "nothing of the old world is left");
        assert!(rows_of(view, &Query::OpenVisits).is_empty());
    });
    let again = done(&*store, tap);
    assert!(!again.repeated, "the old log's answers are gone with it");
    assert_eq!(again.position, Position { epoch: Epoch(9), offset: Offset(2) });
}

/// Rows that cannot stand together are refused whole (T3).
pub fn an_unsound_file_changes_nothing(open: Open<'_>) {
    let store = opened(open);
    done(&*store, ask("ann", None, check_in("1")));
    let visit = |id: &str| {
        Row::Visit(Arc::new(Visit {
            id: VisitId::new(id),
            person: PersonId::new("1"),
            check_in: NOW,
            check_out: None,
            location: String::new(),
            notes: String::new(),
            by: None,
            claimed_at: None,
        }))
    };
    let mut rows = world();
    rows.extend([visit("a"), visit("b")]);
    let before = seen(&*store, |view| view.everything().expect("the store works"));
    assert!(store.load(&tenant(), Epoch(9), rows.clone(), true, NOW).is_err());
    assert!(store.load(&TenantId::new("new"), Epoch(9), rows, false, NOW).is_err());
    assert_eq!(seen(&*store, |view| view.everything().expect("the store works")), before);
    assert_eq!(seen(&*store, |view| view.position().epoch), Epoch(7));
    assert_eq!(store.tenants().expect("the store works"), [tenant()]);
    done(&*store, ask("ann", None, marking(1, "1", Present)));
}

/// A tenant that is not there has no view, and commands to it are refused by name.
pub fn unknown_tenants_are_told_apart(open: Open<'_>) {
    let store = opened(open);
    let nowhere = TenantId::new("nowhere");
    let looked = store.look(&nowhere, &mut |_| unreachable!("there is nothing to look at"));
    assert!(!looked.expect("the store works"));
    let mut lost = ask("ann", Some("1"), check_in("1"));
    lost.tenant = nowhere;
    let no = rejection(commit(&*store, lost));
    assert!(no.to_string().contains("nowhere"), "{no}");
    assert!(seen(&*store, |view| view.row(&Key::Tenant).expect("the store works").is_some()));
}
