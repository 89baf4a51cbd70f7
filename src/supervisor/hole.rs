//! What of the output is given back when it is more than is to be kept: the middle of the larger stream, in strides.
//! Pure: no file in here.

use std::ops::Range;

/// What a file system gives back whole.
const BLOCK: u64 = 4096;

/// Less than this is never kept: a stride must be more than one read.
const SMALLEST: u64 = 1 << 20;

/// How many bytes of both streams together are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap(u64);

/// What is kept of one stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Bytes that were printed.
    pub bytes: u64,
    /// Those of them that were given back.
    pub hole: Option<Range<u64>>,
}

impl Kept {
    fn size(&self) -> u64 {
        self.bytes - self.hole.as_ref().map_or(0, |hole| hole.end - hole.start)
    }
}

impl Cap {
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        Self(bytes.max(SMALLEST))
    }

    /// The beginning of a stream that always stays: a quarter of the whole.
    fn head(self) -> u64 {
        self.0 / 4 / BLOCK * BLOCK
    }

    /// Given back at once, so that it is seldom done.
    fn stride(self) -> u64 {
        self.0 / 16 / BLOCK * BLOCK
    }

    /// Which stream is to give back what, if too much is kept. The larger one has more than half of it, so behind
    /// its head there is always more than a stride, and its end stays.
    #[must_use]
    pub fn excess(self, streams: [&Kept; 2]) -> Option<(usize, Range<u64>)> {
        let [out, err] = streams.map(Kept::size);
        if out.saturating_add(err) <= self.0 {
            return None;
        }
        let larger = usize::from(err > out);
        let from = streams[larger].hole.as_ref().map_or(self.head(), |hole| hole.end);
        Some((larger, from..from + self.stride()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHUNK: u64 = 64 * 1024;

    /// Prints chunk after chunk, on stderr every time that says so.
    #[track_caller]
    fn print(cap: Cap, chunks: u64, on_stderr: impl Fn(u64) -> bool) -> [Kept; 2] {
        let mut streams = [Kept::default(), Kept::default()];
        for chunk in 0..chunks {
            streams[usize::from(on_stderr(chunk))].bytes += CHUNK;
            while let Some((stream, range)) = cap.excess([&streams[0], &streams[1]]) {
                let kept = &mut streams[stream];
                let old = kept.hole.clone().unwrap_or(range.start..range.start);
                assert_eq!((range.start, range.start % BLOCK, range.end % BLOCK), (old.end, 0, 0));
                assert!(range.end + cap.0 / 16 < kept.bytes, "the end of {kept:?} goes with {range:?}");
                kept.hole = Some(old.start..range.end);
            }
            assert!(streams.iter().map(Kept::size).sum::<u64>() <= cap.0);
        }
        streams
    }

    #[test]
    fn nothing_is_given_back_below_the_cap() {
        let cap = Cap::new(1 << 20);
        assert_eq!(print(cap, 16, |_| false)[0].hole, None);
        assert_ne!(print(cap, 17, |_| false)[0].hole, None);
        assert_eq!(Cap::new(0), cap);
    }

    #[test]
    fn the_larger_stream_gives_its_middle() {
        for cap in [Cap::new(0), Cap::new(1_234_567), Cap::new(100 << 20)] {
            let [out, err] = print(cap, 10_000, |_| false);
            assert_eq!((out.hole.as_ref().unwrap().start, err.hole), (cap.head(), None));
            assert!(out.size() > cap.0 / 16 * 15 - CHUNK, "no more goes than must");
            let [out, err] = print(cap, 10_000, |chunk| chunk >= 3);
            assert_eq!((out.hole, err.hole.unwrap().start), (None, cap.head()));
            // Each in turn, and one after the other.
            for on_stderr in [|chunk| chunk % 2 == 0, |chunk| chunk > 5_000] {
                let streams = print(cap, 10_000, on_stderr);
                assert!(streams.iter().all(|kept| kept.size() > cap.0 / 4));
            }
        }
    }
}
