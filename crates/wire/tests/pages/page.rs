//! Reads a page of `docs/protocol`: its sections, their tables, lists and examples.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// A part of a page under a heading of the third level.
pub struct Section {
    pub title: &'static str,
    pub body: &'static str,
}

/// The sections of a page, in its order.
pub fn sections(page: &'static str) -> Vec<Section> {
    let section = |text: &'static str| {
        let (title, body) = text.split_once('\n').unwrap();
        let ends = ["\n## ", "\n# "].iter().filter_map(|end| body.find(end)).min();
        Section { title, body: &body[..ends.unwrap_or(body.len())] }
    };
    page.split("\n### ").skip(1).map(section).collect()
}

/// What stands in backticks.
pub fn ticked(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The rows of the table whose first column is headed so, each as its cells.
pub fn table(text: &'static str, head: &str) -> Vec<Vec<&'static str>> {
    let head = format!("| {head} | ");
    let lines = text.lines().skip_while(|line| !line.starts_with(&head)).skip(2);
    let cells = |line: &'static str| {
        let inner = line.trim_start_matches('|').trim_end_matches('|');
        inner.split('|').map(str::trim).collect()
    };
    lines.take_while(|line| line.starts_with('|')).map(cells).collect()
}

/// The names in the first column of a table, sorted; `a.b` stands for a part of `a`.
pub fn names(text: &'static str, head: &str) -> Vec<&'static str> {
    let rows = table(text, head);
    let mut names: Vec<_> = rows.iter().flat_map(|row| ticked(row[0])).collect();
    names.retain(|name| !name.contains('.'));
    names.sort_unstable();
    names
}

impl Section {
    /// The title without its backticks.
    pub fn name(&self) -> &'static str {
        self.title.trim_matches('`')
    }

    /// What follows `- May:` and the like.
    pub fn item(&self, name: &str) -> &'static str {
        let begin = format!("- {name}: ");
        let found = self.body.lines().find_map(|line| line.strip_prefix(&begin));
        found.unwrap_or_else(|| panic!("{} does not say {name}", self.title))
    }

    /// The JSON examples; there is at least one.
    pub fn examples(&self) -> Vec<Value> {
        let blocks = self.body.split("```json\n").skip(1);
        let read = |block: &str| serde_json::from_str(block.split("\n```").next().unwrap());
        let examples: Vec<Value> = blocks.map(|block| read(block).expect(self.title)).collect();
        assert!(!examples.is_empty(), "{} has no example", self.title);
        examples
    }
}

/// The names that serde would have taken instead of a wrong one in this value, sorted.
pub fn expected_by<T: DeserializeOwned>(wrong: Value) -> Vec<String> {
    let error = serde_json::from_value::<T>(wrong).err().expect("a wrong name").to_string();
    let (_, expected) = error.split_once("expected ").expect(&error);
    let mut names: Vec<String> = ticked(expected).into_iter().map(str::to_owned).collect();
    names.sort_unstable();
    names
}
