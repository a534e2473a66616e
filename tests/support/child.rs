use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tempfile::NamedTempFile;

use crate::canary::Canaries;

/// What a command that has ended said.
#[derive(Debug)]
pub struct Answer {
    /// The exit code; none after a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Answer {
    /// Returns the JSON objects on standard output, one a line; panics at a line that is none.
    pub fn json(&self) -> Vec<serde_json::Value> {
        let objects: Result<_, _> = self.stdout.lines().map(serde_json::from_str).collect();
        objects.unwrap_or_else(|error| panic!("not a line of JSON ({error}):\n{}", self.stdout))
    }

    /// Returns itself if the command succeeded; panics with what it said otherwise.
    pub fn expect_done(self) -> Self {
        let Self {
            code,
            stdout,
            stderr,
        } = &self;
        assert!(
            *code == Some(0),
            "the command ended with {code:?}\n{stdout}\n{stderr}"
        );
        self
    }
}

/// A child process whose standard output is read line by line. Dropped, it is killed.
pub struct Running {
    child: Child,
    // Kills the child when this process ends without dropping anything.
    guard: Child,
    incoming: Receiver<String>,
    seen: Vec<String>,
    stderr: NamedTempFile,
    /// It is one of the project's own binaries.
    is_ours: bool,
}

impl Running {
    /// Threat 14, in every journey: panics if what it has said holds a citizen number, also in its last words.
    fn says_no_number(&self) {
        let said = std::fs::read(self.stderr.path()).unwrap_or_default();
        let lines = self.seen.join("\n");
        for said in [said.as_slice(), lines.as_bytes()] {
            let found = Canaries::of_the_suite().found_in(said);
            assert_eq!(found, None, "a citizen number was said");
        }
    }

    /// Starts it, with nothing on its standard input.
    ///
    /// # Errors
    /// If the system cannot start it.
    pub fn start(command: &mut Command) -> anyhow::Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let stderr = NamedTempFile::new().context("a file for the error output")?;
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr.reopen()?);
        let mut child = command
            .spawn()
            .with_context(|| format!("starting {name}"))?;
        let guard = guard(child.id()).inspect_err(|_| drop(child.kill()))?;
        let incoming = lines_of(
            child
                .stdout
                .take()
                .context("its standard output is piped")?,
        );
        Ok(Self {
            child,
            guard,
            incoming,
            seen: Vec::new(),
            stderr,
            is_ours: name.contains("doorstroom"),
        })
    }

    /// Returns its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns the lines of standard output that were waited for so far.
    pub fn seen(&self) -> &[String] {
        &self.seen
    }

    /// Waits for the next line.
    ///
    /// # Errors
    /// If none comes in time, or it ended; with what it wrote to standard error.
    pub fn next_line(&mut self, within: Duration) -> anyhow::Result<String> {
        match self.incoming.recv_timeout(within) {
            Ok(line) => {
                self.seen.push(line.clone());
                Ok(line)
            }
            Err(RecvTimeoutError::Timeout) => {
                bail!("no line within {within:?}\n{}", self.last_words())
            }
            Err(RecvTimeoutError::Disconnected) => bail!("it ended\n{}", self.last_words()),
        }
    }

    /// Waits for a line that `wanted` accepts.
    ///
    /// # Errors
    /// As [`Running::next_line`].
    pub fn line_where(
        &mut self,
        within: Duration,
        wanted: impl Fn(&str) -> bool,
    ) -> anyhow::Result<String> {
        let until = Instant::now() + within;
        loop {
            let line = self.next_line(until.saturating_duration_since(Instant::now()))?;
            if wanted(&line) {
                return Ok(line);
            }
        }
    }

    /// Sends a signal by its name, such as `TERM`.
    ///
    /// # Errors
    /// If there is nobody to send it to.
    pub fn signal(&self, name: &str) -> anyhow::Result<()> {
        let sent = Command::new("sh")
            .args(["-c", r#"kill -"$0" "$1""#, name, &self.pid().to_string()])
            .status()?;
        if !sent.success() {
            bail!("the signal {name} did not arrive");
        }
        Ok(())
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// If it does not in time; it is killed then.
    pub fn end(mut self, within: Duration) -> anyhow::Result<Answer> {
        let until = Instant::now() + within;
        loop {
            match self
                .incoming
                .recv_timeout(until.saturating_duration_since(Instant::now()))
            {
                Ok(line) => self.seen.push(line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    bail!(
                        "still running after {within:?}\n{}\n{}",
                        self.seen.join("\n"),
                        self.last_words()
                    )
                }
            }
        }
        let code = self.child.wait()?.code();
        let stdout = self.seen.iter().flat_map(|line| [line, "\n"]).collect();
        Ok(Answer {
            code,
            stdout,
            stderr: self.errors(),
        })
    }

    /// Kills it with the signal that nobody can catch, and waits until it is gone.
    pub fn kill9(self) {
        drop(self);
    }

    fn errors(&self) -> String {
        let mut text = Vec::new();
        if let Ok(mut file) = self.stderr.reopen() {
            file.read_to_end(&mut text).ok();
        }
        String::from_utf8_lossy(&text).into_owned()
    }

    fn last_words(&self) -> String {
        let errors = self.errors();
        let lines: Vec<&str> = errors.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both may be gone already, and that is well.
        for child in [&mut self.child, &mut self.guard] {
            child.kill().ok();
            child.wait().ok();
        }
        if self.is_ours && cfg!(debug_assertions) && !std::thread::panicking() {
            self.says_no_number();
        }
    }
}

/// Starts a process that waits for the end of this one, however it ends, and then kills `pid`.
fn guard(pid: u32) -> anyhow::Result<Child> {
    let script = r#"read -r _; kill -KILL "$0""#;
    let mut command = Command::new("sh");
    // In a group of its own: a Ctrl-C must not reach it.
    command
        .args(["-c", script, &pid.to_string()])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0);
    command
        .spawn()
        .context("starting the guard of a child process")
}

fn lines_of(output: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut reader = BufReader::new(output);
        let mut line = Vec::new();
        while reader
            .read_until(b'\n', &mut line)
            .is_ok_and(|length| length > 0)
        {
            let text = String::from_utf8_lossy(&line)
                .trim_end_matches('\n')
                .to_owned();
            if sender.send(text).is_err() {
                break;
            }
            line.clear();
        }
    });
    receiver
}
