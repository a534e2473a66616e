//! Records of a CSV file with their true line numbers, one at a time, whatever the file holds.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

use zeroize::Zeroize;

use super::refusal::{Wrong, reason};

/// A record longer than this, or over more lines, is no record: a quote was not closed.
const LONGEST_BYTES: usize = 64 * 1024;
const MOST_LINES: usize = 64;

/// One record, or why it is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Line of the file on which it begins, from 1.
    pub(super) line: u64,
    pub(super) fields: Result<Vec<String>, Wrong>,
}

/// Reads records.
#[derive(Debug)]
pub(super) struct Records<R> {
    reader: R,
    /// Lines that were read ahead in search of a closing quote.
    ahead: VecDeque<Line>,
    next_line: u64,
    delimiter: u8,
    /// Number of fields of the header, once it is known.
    width: Option<usize>,
    comments: bool,
    bytes: u64,
}

#[derive(Debug)]
struct Line {
    number: u64,
    /// Without its end; cut off when too long.
    bytes: Vec<u8>,
    too_long: bool,
}

impl<R: BufRead> Records<R> {
    /// Reads from the beginning of a file. `comments`: lines that begin with `#` are skipped.
    pub(super) fn new(reader: R, comments: bool) -> Self {
        Self {
            reader,
            ahead: VecDeque::new(),
            next_line: 1,
            delimiter: b',',
            width: None,
            comments,
            bytes: 0,
        }
    }

    /// Bytes read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Reads the header: the fields of the first record, and by which sign they are divided. None: the file is empty.
    pub(super) fn header(&mut self) -> io::Result<Option<Result<Vec<String>, Wrong>>> {
        let Some(mut line) = self.line()? else {
            return Ok(None);
        };
        if let Some(rest) = line.bytes.strip_prefix(b"\xef\xbb\xbf") {
            line.bytes = rest.to_vec();
        }
        let count = |sign: u8| line.bytes.iter().filter(|byte| **byte == sign).count();
        self.delimiter = [b',', b';', b'\t']
            .into_iter()
            .max_by_key(|sign| (count(*sign), *sign == b','))
            .unwrap_or(b',');
        self.ahead.push_front(line);
        let header = self.next()?.map(|record| record.fields);
        self.width = header
            .as_ref()
            .and_then(|fields| fields.as_ref().ok())
            .map(Vec::len);
        Ok(header)
    }

    /// Reads the next record; empty lines are none.
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        let Some(first) = self.line()? else {
            return Ok(None);
        };
        let number = first.number;
        if first.too_long {
            let wrong = Wrong::new(
                "",
                &String::from_utf8_lossy(&first.bytes),
                reason::ROW_TOO_LONG,
            );
            return Ok(Some(Record {
                line: number,
                fields: Err(wrong),
            }));
        }
        let mut bytes = first.bytes;
        let first_length = bytes.len();
        let mut more: Vec<Line> = Vec::new();
        loop {
            match split(&bytes, self.delimiter) {
                Split::Fields(fields) => {
                    let wide = self.width.is_none_or(|width| width == fields.len());
                    // Several lines that make no row: the quote was a stray one, and only its own line is lost.
                    if !more.is_empty() && !wide {
                        return Ok(Some(self.stray_quote(number, bytes, first_length, more)));
                    }
                    // A line may hold what must not stay in memory.
                    bytes.zeroize();
                    return Ok(Some(Record {
                        line: number,
                        fields: self.texts(fields),
                    }));
                }
                Split::Malformed => {
                    return Ok(Some(self.stray_quote(number, bytes, first_length, more)));
                }
                Split::Open if more.len() < MOST_LINES && bytes.len() < LONGEST_BYTES => match self
                    .raw_line()?
                {
                    Some(line) if !line.too_long => {
                        bytes.push(b'\n');
                        bytes.extend_from_slice(&line.bytes);
                        more.push(line);
                    }
                    Some(line) => {
                        more.push(line);
                        return Ok(Some(self.stray_quote(number, bytes, first_length, more)));
                    }
                    None => return Ok(Some(self.stray_quote(number, bytes, first_length, more))),
                },
                Split::Open => {
                    return Ok(Some(self.stray_quote(number, bytes, first_length, more)));
                }
            }
        }
    }

    /// The first line is refused, the others are read again.
    fn stray_quote(
        &mut self,
        number: u64,
        mut bytes: Vec<u8>,
        first_length: usize,
        more: Vec<Line>,
    ) -> Record {
        bytes.truncate(first_length);
        for line in more.into_iter().rev() {
            self.ahead.push_front(line);
        }
        let wrong = Wrong::new("", &String::from_utf8_lossy(&bytes), reason::QUOTES);
        Record {
            line: number,
            fields: Err(wrong),
        }
    }

    fn texts(&self, fields: Vec<Vec<u8>>) -> Result<Vec<String>, Wrong> {
        if let Some(width) = self.width.filter(|width| *width != fields.len()) {
            let value = format!("{} fields, not {width}", fields.len());
            return Err(Wrong::new("", &value, reason::COLUMNS));
        }
        fields
            .into_iter()
            .map(|field| {
                if field.contains(&0) {
                    return Err(Wrong::new(
                        "",
                        &String::from_utf8_lossy(&field),
                        reason::NUL,
                    ));
                }
                String::from_utf8(field).map_err(|error| {
                    Wrong::new(
                        "",
                        &String::from_utf8_lossy(error.as_bytes()),
                        reason::NOT_UTF8,
                    )
                })
            })
            .collect()
    }

    /// The next line with something in it.
    fn line(&mut self) -> io::Result<Option<Line>> {
        while let Some(line) = self.raw_line()? {
            let is_comment = self.comments && line.bytes.first() == Some(&b'#');
            if !is_comment && !line.bytes.iter().all(u8::is_ascii_whitespace) {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    fn raw_line(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.ahead.pop_front() {
            return Ok(Some(line));
        }
        let mut bytes = Vec::new();
        let limit = u64::try_from(LONGEST_BYTES).unwrap_or(u64::MAX);
        let read = self
            .reader
            .by_ref()
            .take(limit)
            .read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        let mut length = u64::try_from(read).unwrap_or_default();
        let too_long = bytes.last() != Some(&b'\n') && length == limit;
        if too_long {
            length += skip_line(&mut self.reader)?;
        }
        self.bytes += length;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        let number = self.next_line;
        self.next_line += 1;
        Ok(Some(Line {
            number,
            bytes,
            too_long,
        }))
    }
}

fn skip_line(reader: &mut impl BufRead) -> io::Result<u64> {
    let mut skipped = 0;
    loop {
        let buffer = reader.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(buffer.len(), |end| end + 1);
        skipped += u64::try_from(length).unwrap_or_default();
        reader.consume(length);
        if end.is_some() || length == 0 {
            return Ok(skipped);
        }
    }
}

enum Split {
    Fields(Vec<Vec<u8>>),
    /// A quote is still open.
    Open,
    /// Something stands behind a closing quote.
    Malformed,
}

/// A quote opens at the beginning of a field only; doubled, it stands for itself.
fn split(bytes: &[u8], delimiter: u8) -> Split {
    let mut fields = vec![Vec::new()];
    let mut bytes = bytes.iter().copied().peekable();
    loop {
        let mut field = Vec::new();
        if bytes.next_if_eq(&b'"').is_some() {
            loop {
                match bytes.next() {
                    None => return Split::Open,
                    Some(b'"') if bytes.next_if_eq(&b'"').is_some() => field.push(b'"'),
                    Some(b'"') => break,
                    Some(byte) => field.push(byte),
                }
            }
            if bytes.peek().is_some_and(|next| *next != delimiter) {
                return Split::Malformed;
            }
        } else {
            while let Some(byte) = bytes.next_if(|next| *next != delimiter) {
                field.push(byte);
            }
        }
        if let Some(last) = fields.last_mut() {
            *last = field;
        }
        if bytes.next().is_none() {
            return Split::Fields(fields);
        }
        fields.push(Vec::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(file: &[u8]) -> Vec<(u64, Result<Vec<String>, String>)> {
        let mut records = Records::new(file, true);
        records.header().unwrap();
        let mut found = Vec::new();
        while let Some(record) = records.next().unwrap() {
            found.push((record.line, record.fields.map_err(|wrong| wrong.reason)));
        }
        found
    }

    fn row(fields: &[&str]) -> Result<Vec<String>, String> {
        Ok(fields.iter().map(|field| (*field).to_owned()).collect())
    }

    #[test]
    fn a_line_number_is_that_of_the_file_also_after_empty_lines_and_line_breaks_in_fields() {
        let file = b"a,b\n\n1,\"x\ny\"\n\n# note\n2,\"say \"\"hi\"\"\"\n";
        assert_eq!(
            all(file),
            [(3, row(&["1", "x\ny"])), (7, row(&["2", "say \"hi\""]))]
        );
    }

    #[test]
    fn a_mark_crlf_and_semicolons_are_tolerated() {
        let file = b"\xef\xbb\xbfa;b\r\n1;x, y\r\n2;\r\n";
        assert_eq!(all(file), [(2, row(&["1", "x, y"])), (3, row(&["2", ""]))]);
        assert_eq!(
            Records::new(&file[..], false).header().unwrap(),
            Some(row(&["a", "b"]).map_err(|_| unreachable!()))
        );
    }

    #[test]
    fn one_bad_row_costs_only_itself() {
        let file = b"a,b\n1,\xff\n2,\n3\n4,x\0\n5,\"y\" z\n6,ok\n";
        assert_eq!(
            all(file),
            [
                (2, Err("not-utf-8".into())),
                (3, row(&["2", ""])),
                (4, Err("columns".into())),
                (5, Err("nul-byte".into())),
                (6, Err("quotes".into())),
                (7, row(&["6", "ok"])),
            ]
        );
    }

    #[test]
    fn a_quote_that_never_closes_costs_only_its_line() {
        let mut file = b"a,b\n1,\"open\n2,x\n3,\"fine\"\n".to_vec();
        assert_eq!(
            all(&file),
            [
                (2, Err("quotes".into())),
                (3, row(&["2", "x"])),
                (4, row(&["3", "fine"]))
            ]
        );
        for line in 0..200 {
            file.extend_from_slice(format!("{line},x\n").as_bytes());
        }
        assert_eq!(all(&file).len(), 203);
    }

    #[test]
    fn a_line_without_end_is_cut_off_and_the_next_one_read() {
        let mut file = b"a,b\n1,".to_vec();
        file.resize(1_000_000, b'x');
        file.extend_from_slice(b"\n2,y\n");
        assert_eq!(
            all(&file),
            [(2, Err("row-too-long".into())), (3, row(&["2", "y"]))]
        );
    }

    #[test]
    fn an_empty_file_has_no_header() {
        assert_eq!(Records::new(&b"\n\n"[..], false).header().unwrap(), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_their_end(file in prop::collection::vec(prop::sample::select(b"a1,\"\n\r;#\xff\0 ".to_vec()), 0..200)) {
            let lines = u64::try_from(file.split(|byte| *byte == b'\n').count()).unwrap();
            let found = all(&file);
            prop_assert!(found.iter().all(|(line, _)| *line <= lines));
            prop_assert!(found.windows(2).all(|pair| pair[0].0 < pair[1].0));
        }

        #[test]
        fn what_a_csv_writer_writes_is_read_back(rows in prop::collection::vec(prop::collection::vec("[a,\"\n é;]{0,6}", 3), 1..8)) {
            let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
            writer.write_record(["a", "b", "c"]).unwrap();
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let read: Vec<_> = all(&writer.into_inner().unwrap()).into_iter().map(|(_, fields)| fields.unwrap()).collect();
            prop_assert_eq!(read, rows);
        }
    }
}
