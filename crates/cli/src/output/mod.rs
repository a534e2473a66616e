//! What goes to standard output, and nothing else does.

pub(crate) mod completeness;
mod holds;
pub(crate) mod json;
pub(crate) mod offering;
mod practice;
pub(crate) mod practices;
pub(crate) mod table;
pub(crate) mod waitlist;

use std::io::{BufWriter, Stdout, Write};

use serde::Serialize;

use crate::args::OutputFormat;
use crate::failure::Failure;

/// Standard output, in the format that was asked for.
#[derive(Debug)]
pub(crate) struct Output<W: Write = Stdout> {
    format: OutputFormat,
    writer: BufWriter<W>,
}

impl Output {
    /// Writes to standard output.
    pub(crate) fn new(format: OutputFormat) -> Self {
        Self {
            format,
            writer: BufWriter::new(std::io::stdout()),
        }
    }
}

impl<W: Write> Output<W> {
    /// What was asked for.
    pub(crate) fn format(&self) -> OutputFormat {
        self.format
    }

    /// Writes one object as one line.
    pub(crate) fn object(&mut self, object: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.writer, object).map_err(std::io::Error::from)?;
        self.writer.write_all(b"\n")?;
        Ok(())
    }

    /// Writes one line of text.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.writer.write_all(text.as_bytes())?;
        self.writer.write_all(b"\n")?;
        Ok(())
    }

    /// Writes the object for machines, or the line for people.
    pub(crate) fn either(
        &mut self,
        object: &impl Serialize,
        line: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        match self.format {
            OutputFormat::Json => self.object(object),
            OutputFormat::Table => self.line(&line()),
        }
    }

    /// Lets everything that was written be seen.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.writer.flush()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pipe that nobody reads.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_pipe_that_nobody_reads_is_no_failure_of_the_command() {
        let mut output = Output {
            format: OutputFormat::Json,
            writer: BufWriter::with_capacity(0, Closed),
        };
        let failure = output
            .object(&serde_json::json!({"kind": "live"}))
            .unwrap_err();
        assert_eq!(failure.exit_code(), 0);
        let failure = output.line("x").unwrap_err();
        assert_eq!(failure.exit_code(), 0);
    }
}
