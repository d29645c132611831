//! `tidy`: what the compiler does not check and a reviewer should not have to.
//!
//! Every finding says what is wrong and what to do instead. It is a unit test as well, so plain
//! `cargo test` finds it.

mod functions;
mod invariants;
mod lexer;
mod lines;
mod paths;
mod sizes;
mod source;
mod walls;
mod words;

use std::{fmt, fs, path::Path};

use anyhow::{Result, bail};

use crate::run;

/// One thing to put right.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    file: String,
    line: usize,
    what: String,
    instead: String,
}

impl Finding {
    fn new(file: &str, line: usize, what: impl Into<String>, instead: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, what: what.into(), instead: instead.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {} → {}", self.file, self.line, self.what, self.instead)
    }
}

/// Prints every finding; an error if there is one.
pub fn perform() -> Result<()> {
    let findings = findings(&run::root())?;
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        number => bail!("tidy: {number} to put right"),
    }
}

/// Writes the present size of each listed file that shrank, and drops those that need no line.
pub fn lower_ratchet() -> Result<()> {
    let root = run::root();
    let file = root.join(sizes::RATCHET);
    let lowered = sizes::lower(&fs::read_to_string(&file)?, &source::rust_files(&root)?);
    Ok(fs::write(file, lowered)?)
}

fn findings(root: &Path) -> Result<Vec<Finding>> {
    let sources = source::rust_files(root)?;
    let ratchet = fs::read_to_string(root.join(sizes::RATCHET)).unwrap_or_default();
    let mut found = sizes::findings(&ratchet, &sources);
    for source in &sources {
        found.extend(functions::findings(source));
        found.extend(walls::findings(source));
        found.extend(words::findings(source));
        found.extend(lines::findings(source));
    }
    for (file, text) in source::text_files(root)? {
        found.extend(lines::machine_paths(&file, &text));
    }
    let map = fs::read_to_string(root.join(invariants::FILE)).unwrap_or_default();
    found.extend(invariants::findings(&map, &sources));
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::findings;

    #[test]
    fn the_tree_is_tidy() {
        let found = findings(&crate::run::root()).expect("the tree can be read");
        let list: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert!(list.is_empty(), "{}", list.join("\n"));
    }
}
