//! The end of what one step printed: the exact bytes, but never more than asked for, however long the output is.

use std::io::{self, Read as _, Seek as _, SeekFrom};

use crate::run::dir::{self, RunDir};
use crate::run::output::{RECORD, Stream, stream_path};

/// Records of the timeline that are looked at, from its end; one is one read of a pipe.
const RECORDS: u64 = 64 * 1024;

/// What was printed from `from_us` on (microseconds since the run started): of each stream at most its last `most`
/// bytes, standard output first.
pub fn since(dir: &RunDir, from_us: u64, most: u64) -> io::Result<Vec<u8>> {
    let mut timeline = dir::open(&dir.timeline())?;
    let records = timeline.metadata()?.len() / RECORD as u64;
    timeline.seek(SeekFrom::Start(records.saturating_sub(RECORDS) * RECORD as u64))?;
    let mut bytes = Vec::new();
    timeline.take(RECORDS * RECORD as u64).read_to_end(&mut bytes)?;
    let mut lengths = [0; 2];
    for record in bytes.chunks_exact(RECORD) {
        let number = |range: std::ops::Range<usize>| {
            record[range].iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte))
        };
        if number(0..8) >= from_us {
            lengths[usize::from(record[8] != Stream::Out.number())] += number(12..16);
        }
    }
    let mut said = Vec::new();
    for (stream, length) in [Stream::Out, Stream::Err].into_iter().zip(lengths) {
        let mut file = dir::open(&stream_path(dir, stream))?;
        let end = file.metadata()?.len();
        let length = length.min(most).min(end);
        file.seek(SeekFrom::Start(end - length))?;
        file.take(length).read_to_end(&mut said)?;
        said.push(b'\n');
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::run::output::record;

    #[test]
    fn only_what_came_since_and_only_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let dir = RunDir { path: folder.path().into() };
        fs::write(dir.stdout(), "before\nabcdef\n").unwrap();
        fs::write(dir.stderr(), "old\nnew\n").unwrap();
        let records =
            [record(1, Stream::Out, 7), record(2, Stream::Err, 4), record(5, Stream::Out, 7)].concat();
        let records = [records, record(6, Stream::Err, 4).to_vec()].concat();
        fs::write(dir.timeline(), records).unwrap();
        let since = |from, most| String::from_utf8(since(&dir, from, most).unwrap()).unwrap();
        assert_eq!(since(5, 100), "abcdef\n\nnew\n\n");
        assert_eq!(since(5, 3), "ef\n\new\n\n");
        assert_eq!(since(7, 100), "\n\n");
        assert_eq!(since(0, 100), "before\nabcdef\n\nold\nnew\n\n");
    }
}
