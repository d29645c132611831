//! The promises of ARCHITECTURE.md: few, and each kept by a test that exists.

use std::collections::BTreeSet;

use super::{Finding, functions, source::Source};

/// Where the promises stand.
pub const FILE: &str = "ARCHITECTURE.md";

const INVARIANTS_MAX: usize = 12;

/// Promises that are too many, or that no test keeps. `map` is the text of the page.
pub fn findings(map: &str, sources: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    let tests = test_names(sources);
    let invariants = invariants(map);
    for (number, (line, text)) in (1..).zip(&invariants) {
        if number > INVARIANTS_MAX {
            let what = format!("invariant {number} of at most {INVARIANTS_MAX}");
            found.push(Finding::new(FILE, *line, what, "say it in the code map instead"));
        }
        let quoted = text.split('`').skip(1).step_by(2);
        if !quoted.flat_map(|name| name.rsplit("::").next()).any(|name| tests.contains(name)) {
            let instead = "name its test function in backticks, as it is called in the tree";
            found.push(Finding::new(FILE, *line, "an invariant that no test keeps", instead));
        }
    }
    found
}

/// Each with the line it starts on and its text up to the next one or an empty line.
fn invariants(map: &str) -> Vec<(usize, String)> {
    let mut invariants: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    for (number, line) in (1..).zip(map.lines()) {
        if line.trim_start_matches("- ").starts_with("**Invariant") {
            invariants.push((number, line.to_owned()));
            inside = true;
        } else if line.trim().is_empty() {
            inside = false;
        } else if inside && let Some((_, text)) = invariants.last_mut() {
            text.push(' ');
            text.push_str(line);
        }
    }
    invariants
}

/// The names of functions that stand under an attribute with `test` in it, and of the rules of a
/// contract suite, which every implementation runs.
fn test_names(sources: &[Source]) -> BTreeSet<&str> {
    let mut tests = BTreeSet::new();
    for source in sources {
        let is_contract = source.file.contains("/contract/");
        let mut attributed = false;
        for line in &source.lines {
            let code = line.code.trim();
            if code.starts_with("#[") {
                attributed |= code.contains("test") && !code.contains("cfg(");
            } else if let Some(name) = functions::name(&line.code)
                .filter(|_| attributed || (is_contract && code.starts_with("pub fn")))
            {
                tests.insert(name);
            }
            let between = code.is_empty() || code.starts_with("#[");
            attributed &= between;
        }
    }
    tests
}

#[cfg(test)]
mod tests {
    use super::{Source, findings};

    fn tree() -> Vec<Source> {
        let text = "#[tokio::test]\n#[ignore]\nasync fn kept() {}\nfn other() {}\n";
        vec![Source::new("a.rs", text)]
    }

    #[test]
    fn an_invariant_names_a_test_that_exists() {
        for (map, expected) in [
            ("**Invariant 1.** All is well: `kept`.", 0),
            ("**Invariant 1.** All is\nwell: `sim::kept`.", 0),
            ("**Invariant 1.** All is well: `other`.", 1),
            ("**Invariant 1.** All is well.\n\n`kept`", 1),
            ("No promises.", 0),
        ] {
            assert_eq!(findings(map, &tree()).len(), expected, "{map}");
        }
    }

    #[test]
    fn the_thirteenth_is_one_too_many() {
        let map = "**Invariant** `kept`\n".repeat(13);
        assert_eq!(findings(&map, &tree()).len(), 1);
    }
}
