//! One table of figures, for people or for machines.

use std::io::Write as _;

use serde_json::{Map, Value, json};

use super::machine;

/// What was measured.
pub(super) struct Report {
    figures: Vec<(&'static str, f64, &'static str)>,
}

impl Report {
    pub(super) const fn new() -> Self {
        Self { figures: Vec::new() }
    }

    /// Adds a figure with its unit.
    pub(super) fn add(&mut self, name: &'static str, value: f64, unit: &'static str) {
        self.figures.push((name, value, unit));
    }

    /// Prints the command, the machine and the figures.
    pub(super) fn print(&self, json: bool) -> anyhow::Result<()> {
        let command: Vec<_> = std::env::args().skip(1).collect();
        let command = format!("rollcall {}", command.join(" "));
        let mut out = std::io::stdout().lock();
        if json {
            let figures = self.figures.iter().map(|(name, value, unit)| {
                ((*name).to_owned(), json!({ "value": value, "unit": unit }))
            });
            let figures: Map<String, Value> = figures.collect();
            let all = json!({"command": command, "machine": machine::line(), "figures": figures});
            writeln!(out, "{all}")?;
            return Ok(());
        }
        writeln!(out, "{command}\n{}\n", machine::line())?;
        let width = self.figures.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
        for (name, value, unit) in &self.figures {
            writeln!(out, "  {name:<width$}  {:>12} {unit}", written(*value))?;
        }
        Ok(())
    }
}

/// Three digits that mean something, whatever the size.
fn written(value: f64) -> String {
    match value.abs() {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A count as a figure.
#[expect(clippy::cast_precision_loss, reason = "no count here comes near 2^52")]
pub(super) fn figure(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits() {
        for (value, text) in [(0.0, "0.00"), (1.234, "1.23"), (12.34, "12.3"), (1_234.5, "1234")] {
            assert_eq!(written(value), text);
        }
    }
}
