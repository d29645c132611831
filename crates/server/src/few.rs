//! A list that nearly always has one entry: that one stands in its place, not in memory of its own.

use std::ops::Deref;

/// Few things in order. A delivery reads a thousand of these in turn, and each list of its own
/// would be another place in memory that is not in the cache.
#[derive(Debug, Default)]
pub(crate) enum Few<T> {
    /// Nothing.
    #[default]
    None,
    /// One thing.
    One(T),
    /// Several things, or what is left of several.
    Several(Vec<T>),
}

impl<T> Few<T> {
    /// Adds one at the end.
    pub(crate) fn push(&mut self, thing: T) {
        *self = match std::mem::take(self) {
            Self::None => Self::One(thing),
            Self::One(first) => Self::Several(vec![first, thing]),
            Self::Several(mut things) => {
                things.push(thing);
                Self::Several(things)
            }
        };
    }

    /// The last one, to be changed.
    pub(crate) fn last_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::None => None,
            Self::One(thing) => Some(thing),
            Self::Several(things) => things.last_mut(),
        }
    }

    /// Keeps those of which `keep` says so.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        match self {
            Self::None => {}
            Self::One(thing) => {
                if !keep(thing) {
                    *self = Self::None;
                }
            }
            Self::Several(things) => {
                things.retain(keep);
                if things.is_empty() {
                    *self = Self::None;
                }
            }
        }
    }

    /// Lets the first `count` go.
    pub(crate) fn drop_first(&mut self, count: usize) {
        let mut left = count;
        self.retain(|_| {
            let keeps = left == 0;
            left = left.saturating_sub(1);
            keeps
        });
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::None => &[],
            Self::One(thing) => std::slice::from_ref(thing),
            Self::Several(things) => things,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_list_like_any_other() {
        let mut few = Few::default();
        let mut list = Vec::new();
        for number in 0..5 {
            assert_eq!(*few, *list);
            few.push(number);
            list.push(number);
        }
        few.drop_first(2);
        few.retain(|number| *number != 3);
        *few.last_mut().unwrap() = 5;
        assert_eq!(*few, [2, 5]);
        few.drop_first(2);
        assert_eq!(few.last_mut(), None);
    }

    #[test]
    fn an_empty_list_keeps_no_memory() {
        let mut few = Few::default();
        (0..100).for_each(|number| few.push(number));
        few.drop_first(100);
        assert!(matches!(few, Few::None));
        few.push(1);
        few.retain(|_| false);
        assert!(matches!(few, Few::None));
    }
}
