//! Notices panics on the program's own threads, which would otherwise pass unseen.

use std::{
    sync::{Mutex, Once},
    thread,
};

static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Notes panics of threads that belong to the program from now on.
pub fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if thread::current().name().is_some_and(|name| name.starts_with("rollcall-")) {
                SEEN.lock().unwrap().push(panic.to_string());
            }
            before(panic);
        }));
    });
}

/// Fails if the program has panicked anywhere.
pub fn assert_none() {
    let seen = SEEN.lock().unwrap();
    assert!(seen.is_empty(), "the program panicked: {seen:?}");
}
