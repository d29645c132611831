//! Counting what passed, from the closing lines of each test runner.

use std::{fmt, ops::AddAssign};

/// How many tests went which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Did what they promise.
    pub passed: u64,
    /// Did not, or never ended.
    pub failed: u64,
    /// Were not run.
    pub skipped: u64,
}

impl Count {
    /// One check that is no test suite: it passes or fails as a whole.
    pub fn check(passed: bool) -> Self {
        Self { passed: u64::from(passed), failed: u64::from(!passed), skipped: 0 }
    }

    /// Adds a line of libtest: `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    pub fn add_cargo(&mut self, line: &str) {
        let Some((_, numbers)) = line.split_once("test result: ") else { return };
        let numbers = numbers.split_once(". ").map_or(numbers, |(_, numbers)| numbers);
        for part in numbers.split(';') {
            let Some((number, what)) = part.trim().split_once(' ') else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }

    /// Adds a line of Node's runner: `# pass 3` in its TAP.
    pub fn add_node(&mut self, line: &str) {
        let Some((what, number)) = line.strip_prefix("# ").and_then(|line| line.split_once(' '))
        else {
            return;
        };
        let Ok(number) = number.parse::<u64>() else { return };
        match what {
            "pass" => self.passed += number,
            "fail" | "cancelled" => self.failed += number,
            "skipped" | "todo" => self.skipped += number,
            _ => {}
        }
    }

    /// A runner that failed without naming a failed test (it did not build, it was killed)
    /// counts as one failure, so that a red run is never a green number.
    pub fn or_broken(mut self, succeeded: bool) -> Self {
        if !succeeded && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn cargo_lines_are_summed_and_others_ignored() {
        let mut count = Count::default();
        for line in [
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished",
            "test decide::late ... ok",
            "test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 9 filtered out;",
        ] {
            count.add_cargo(line);
        }
        assert_eq!(count, Count { passed: 5, failed: 4, skipped: 1 });
    }

    #[test]
    fn node_lines_are_summed_and_cancelled_is_failed() {
        let mut count = Count::default();
        for line in ["# tests 6", "# pass 3", "# fail 1", "# cancelled 1", "# skipped 1", "ok 1"] {
            count.add_node(line);
        }
        assert_eq!(count, Count { passed: 3, failed: 2, skipped: 1 });
    }

    #[test]
    fn a_runner_that_breaks_without_a_word_is_one_failure() {
        let clean = Count { passed: 3, ..Count::default() };
        assert_eq!(clean.or_broken(false).failed, 1);
        assert_eq!(clean.or_broken(true).failed, 0);
        assert_eq!(Count { failed: 2, ..clean }.or_broken(false).failed, 2);
    }

    #[test]
    fn the_closing_line_names_skipped_only_when_some_were() {
        assert_eq!(Count::check(true).to_string(), "1 passed, 0 failed");
        let skipped = Count { passed: 0, failed: 1, skipped: 2 };
        assert_eq!(skipped.to_string(), "0 passed, 1 failed, 2 skipped");
    }
}
