//! What commands write: answers to standard output, failures to standard error.

use std::io::{self, ErrorKind, IsTerminal, Write};

/// Writes one line of an answer.
pub(super) fn line(text: impl std::fmt::Display) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}

/// Whether the reader of the answer went away (`rollcall export … | head`), which is no failure.
pub(super) fn is_closed(error: &anyhow::Error) -> bool {
    let io = error.chain().find_map(|cause| cause.downcast_ref::<io::Error>());
    io.is_some_and(|io| io.kind() == ErrorKind::BrokenPipe)
}

/// Writes why a command failed: what it wanted first, then the causes below it.
pub(super) fn failure(error: &anyhow::Error) {
    let mut text = format!("rollcall: {error}");
    for cause in error.chain().skip(1).map(ToString::to_string) {
        // Some errors tell their cause themselves.
        if !text.contains(&cause) {
            text.push_str(&format!("\n  because {cause}"));
        }
    }
    // Nobody is left to be told if this fails.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// A colour of the terminal.
#[derive(Clone, Copy)]
pub(super) enum Colour {
    Red = 31,
    Green = 32,
    Yellow = 33,
    Blue = 34,
    Grey = 90,
}

/// The text in that colour, on a terminal.
pub(super) fn coloured(colour: Colour, text: &str) -> String {
    if io::stdout().is_terminal() {
        format!("\x1b[{}m{text}\x1b[0m", colour as u8)
    } else {
        text.to_owned()
    }
}

/// Columns as wide as their widest cell, the last one as it is.
pub(super) fn table<const N: usize>(rows: &[[String; N]]) -> io::Result<()> {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..N).map(|column| width(column).unwrap_or(0)).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        line(cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}
