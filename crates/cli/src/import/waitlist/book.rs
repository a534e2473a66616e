//! Which entry each of the provider's own references is, and under which keys the server knows the person: a file that
//! is only ever added to. What stands last about a reference holds.

use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use pseudonym::Epoch;

use crate::entry_id;
use crate::failure::{Failure, Refusal};

const HEADER: [&str; 3] = ["reference", "entry_id", "state"];
/// Of a reference that the server has not acknowledged.
const NEW: &str = "new";
/// Of one that it has acknowledged as having no citizen number.
const WITHOUT_NUMBER: &str = "without-number";
/// Of one whose content was erased: nothing more is said about it.
const ERASED: &str = "erased";
/// What a server says that does not know an entry, where nobody says who it is of.
const PERSON_UNSAID: &str = "person-unsaid";
/// Readable by its owner alone: it leads from an entry to a patient.
const MODE: u32 = 0o600;

/// The file, and what it says.
#[derive(Debug)]
pub(super) struct Book {
    path: PathBuf,
    file: File,
    known: HashMap<String, Known>,
    /// Lines that are still to be written.
    pending: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Known {
    entry_id: String,
    state: State,
}

/// What the server has acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    New,
    WithoutNumber,
    /// The person's P1s of these epochs.
    Under(Vec<Epoch>),
    Erased,
}

impl Book {
    /// Opens it, or makes it. Nobody else may use it meanwhile.
    ///
    /// # Errors
    /// [`Failure::Usage`] if it cannot be used, or is something else.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let unusable = |error: &dyn std::fmt::Display| {
            Failure::Usage(format!("cannot use {}: {error}", path.display()))
        };
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true).mode(MODE);
        let mut file = options.open(path).map_err(|error| unusable(&error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(unusable(&"another import is using it")),
            Err(TryLockError::Error(error)) => return Err(unusable(&error)),
        }
        let text = whole_lines(&mut file).map_err(|error| unusable(&error))?;
        let known = read(&text).map_err(|error| unusable(&error))?;
        let mut book = Self {
            path: path.to_owned(),
            file,
            known,
            pending: Vec::new(),
        };
        if text.is_empty() {
            book.note(HEADER);
            book.keep()?;
            sync_folder(path).map_err(|error| unusable(&error))?;
        }
        Ok(book)
    }

    /// Returns the entry of a reference; a new one is to be kept before it is used.
    pub(super) fn entry_of(&mut self, reference: &str) -> String {
        if let Some(known) = self.known.get(reference) {
            return known.entry_id.clone();
        }
        let entry_id = entry_id::random();
        self.note([reference, &entry_id, NEW]);
        let known = Known {
            entry_id: entry_id.clone(),
            state: State::New,
        };
        self.known.insert(reference.to_owned(), known);
        entry_id
    }

    /// Whether the server knows the person under all of these epochs, or will never know.
    pub(super) fn is_known_under(&self, reference: &str, epochs: &[Epoch]) -> bool {
        match self.known.get(reference).map(|known| &known.state) {
            Some(State::Under(under)) => epochs.iter().all(|epoch| under.contains(epoch)),
            Some(State::Erased) => true,
            Some(State::New | State::WithoutNumber) | None => false,
        }
    }

    /// Whether the entry was erased, or let go of when its term was over.
    pub(super) fn is_erased(&self, reference: &str) -> bool {
        let known = self.known.get(reference);
        known.is_some_and(|known| known.state == State::Erased)
    }

    /// Notes what the server has acknowledged; it is written with what is kept next.
    pub(super) fn acknowledged(&mut self, reference: &str, state: State) {
        let Some(known) = self.known.get_mut(reference) else {
            return;
        };
        if known.state == state {
            return;
        }
        let text = state.text();
        let entry_id = known.entry_id.clone();
        known.state = state;
        self.note([reference, &entry_id, &text]);
    }

    fn note(&mut self, line: [&str; 3]) {
        let mut writer = csv::WriterBuilder::new().from_writer(&mut self.pending);
        // Memory is written to, and three fields are three fields.
        writer.write_record(line).unwrap_or_default();
    }

    /// Writes what was noted, and returns once it is on the disk.
    ///
    /// # Errors
    /// [`Failure::Refused`] if the disk does not take it.
    pub(super) fn keep(&mut self) -> Result<(), Failure> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let written = self.file.write_all(&self.pending);
        let kept = written.and_then(|()| self.file.sync_data());
        kept.map_err(|error| {
            let path = self.path.display();
            Failure::Refused(Refusal {
                reason: "entries-unwritable".to_owned(),
                message: format!("cannot write {path}: {error}; run this again to go on"),
                violations: Vec::new(),
            })
        })?;
        self.pending.clear();
        Ok(())
    }
}

impl State {
    /// What is known of an entry that the server refuses for this reason; none: no more than before.
    ///
    /// A server that does not know an entry is another one, or has lost it: the person is evaluated again.
    pub(super) fn after(reason: &str) -> Option<Self> {
        match reason {
            PERSON_UNSAID => Some(Self::New),
            ERASED => Some(Self::Erased),
            _ => None,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::New => NEW.to_owned(),
            Self::Erased => ERASED.to_owned(),
            Self::WithoutNumber => WITHOUT_NUMBER.to_owned(),
            Self::Under(epochs) => {
                let epochs: Vec<String> = epochs.iter().map(ToString::to_string).collect();
                epochs.join("+")
            }
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            NEW => Some(Self::New),
            WITHOUT_NUMBER => Some(Self::WithoutNumber),
            ERASED => Some(Self::Erased),
            epochs => {
                let epochs: Option<Vec<Epoch>> = epochs.split('+').map(Epoch::parse).collect();
                epochs.map(Self::Under)
            }
        }
    }
}

/// Reads the file; a line that was not written to its end was never used, and goes.
fn whole_lines(file: &mut File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    let end = end.map_or(0, |at| at + 1);
    if end < bytes.len() {
        bytes.truncate(end);
        file.set_len(u64::try_from(end).unwrap_or_default())?;
    }
    Ok(bytes)
}

fn read(text: &[u8]) -> Result<HashMap<String, Known>, String> {
    let mut known = HashMap::new();
    let mut lines = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text);
    for (index, line) in lines.records().enumerate() {
        // The reader's own message would show the line.
        let wrong = || format!("line {} is not `reference,entry_id,state`", index + 1);
        let line = line.map_err(|_| wrong())?;
        let (Some(reference), Some(entry_id), Some(state), 3) =
            (line.get(0), line.get(1), line.get(2), line.len())
        else {
            return Err(wrong());
        };
        if index == 0 && [reference, entry_id, state] == HEADER {
            continue;
        }
        let state = State::parse(state).filter(|_| index > 0 && entry_id::is_one(entry_id));
        let entry = Known {
            entry_id: entry_id.to_owned(),
            state: state.ok_or_else(wrong)?,
        };
        known.insert(reference.to_owned(), entry);
    }
    Ok(known)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn epochs(texts: &[&str]) -> Vec<Epoch> {
        texts
            .iter()
            .map(|text| Epoch::parse(text).unwrap())
            .collect()
    }

    fn opened(path: &Path) -> Book {
        Book::open(path).unwrap()
    }

    #[test]
    fn a_reference_keeps_its_entry_and_what_was_acknowledged_about_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv.entries");
        let mut book = opened(&path);
        let entry = book.entry_of("a, \"b\"");
        let other = book.entry_of("c");
        assert_ne!(entry, other);
        book.keep().unwrap();
        book.acknowledged("a, \"b\"", State::Under(epochs(&["2026a", "2026b"])));
        book.acknowledged("c", State::WithoutNumber);
        book.keep().unwrap();
        drop(book);
        let mut book = opened(&path);
        assert_eq!(book.entry_of("a, \"b\""), entry);
        assert!(book.is_known_under("a, \"b\"", &epochs(&["2026b"])));
        assert!(!book.is_known_under("a, \"b\"", &epochs(&["2026b", "2027a"])));
        assert!(!book.is_known_under("c", &epochs(&["2026a"])));
        assert_eq!(book.entry_of("c"), other);
    }

    #[test]
    fn the_file_is_its_owner_s_alone_and_one_import_s_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("entries");
        let book = opened(&path);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let failure = Book::open(&path).unwrap_err();
        assert!(
            failure.to_string().ends_with("another import is using it"),
            "{failure}"
        );
        drop(book);
        opened(&path);
    }

    #[test]
    fn a_line_that_was_cut_off_goes_and_the_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("entries");
        let mut book = opened(&path);
        let entry = book.entry_of("a");
        book.keep().unwrap();
        drop(book);
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"b,0123").unwrap();
        drop(file);
        let mut book = opened(&path);
        assert_eq!(book.entry_of("a"), entry);
        book.entry_of("b");
        book.keep().unwrap();
        drop(book);
        assert_eq!(opened(&path).known.len(), 2);
    }

    #[test]
    fn another_file_is_not_written_to_and_none_of_it_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        let list = "reference,bsn\n1,999990019\n";
        std::fs::write(&path, list).unwrap();
        let failure = Book::open(&path).unwrap_err();
        assert!(!failure.to_string().contains("999990019"), "{failure}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), list);
    }

    #[test]
    fn nobody_is_evaluated_for_an_entry_that_was_erased() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("entries");
        let mut book = opened(&path);
        book.entry_of("a");
        book.acknowledged("a", State::after("erased").unwrap());
        book.keep().unwrap();
        drop(book);
        assert!(opened(&path).is_known_under("a", &epochs(&["2026a", "2027a"])));
        assert_eq!(State::after("person-unsaid"), Some(State::New));
        assert_eq!(State::after("planned-in-the-past"), None);
    }

    #[test]
    fn what_is_acknowledged_again_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("entries");
        let mut book = opened(&path);
        book.entry_of("a");
        for _ in 0..3 {
            book.acknowledged("a", State::Under(epochs(&["2026a"])));
            book.keep().unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 3, "{text}");
    }
}
