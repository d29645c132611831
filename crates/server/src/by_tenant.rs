//! What is remembered of many tenants at once, in no more memory than was meant for it.

use std::{collections::HashMap, hash::Hash};

use rollcall_core::{id::TenantId, time::Timestamp};

/// Things by tenant and name: nested, so that a tenant's name stands there once.
pub type ByTenant<K, V> = HashMap<TenantId, HashMap<K, V>>;

/// Lets the longest unused half go once `max` things could go. `since` says since when a thing has
/// been unused; `None`: it is in use and stays.
pub fn forget_half<K: Eq + Hash, V>(
    things: &mut ByTenant<K, V>,
    max: usize,
    since: impl Fn(&V) -> Option<Timestamp>,
) {
    if things.values().map(HashMap::len).sum::<usize>() < max {
        return;
    }
    let mut unused: Vec<_> = things.values().flat_map(HashMap::values).filter_map(&since).collect();
    if unused.len() < max {
        return;
    }
    unused.sort_unstable();
    let middle = unused[unused.len() / 2];
    things.retain(|_, things| {
        things.retain(|_, thing| since(thing).is_none_or(|since| since > middle));
        !things.is_empty()
    });
}
