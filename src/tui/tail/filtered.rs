//! A window of some of the rows only: those of one stream, those with a text, and the lines around them.

use std::io;

use crate::tui::find::{Found, Shown};
use crate::tui::seen::{From, Page, Row};
use crate::tui::tail::watched::Watched;

/// Rows with their numbers among all.
type Numbered = Vec<(u64, Row)>;

impl Watched {
    /// What stands in the window, where not every row is shown. Rows are counted among those that are meant; the
    /// lines around them are not counted. While not everything was looked through, it is as if nothing came after.
    pub(super) fn filtered(&self, (low, high): (u64, u64), last: &[Row]) -> io::Result<Page> {
        let rows = self.rows();
        let mut found = Found { shown: Shown::Some { ends: false }, ..self.found((low, high), last)? };
        let Some(tally) = &self.finder.view else { return Ok(self.page_of(0, Vec::new(), 0, found)) };
        let placed = rows.placed();
        let counted = tally.is_complete(rows) && !self.reading;
        let behind: Vec<(u64, Row)> = (placed..high)
            .zip(last)
            .filter(|(_, row)| counted && tally.query.means_row(row))
            .map(|(number, row)| (number, row.clone()))
            .collect();
        let before = |row: u64| -> io::Result<u64> {
            let late = behind.iter().filter(|(number, _)| *number < row).count() as u64;
            Ok(tally.before(row.min(placed), rows)? + late)
        };
        let skipped = if low == 0 { 0 } else { before(low)? };
        let count = before(high)?.saturating_sub(skipped);
        let height = u64::from(self.watch.height);
        let end = count.saturating_sub(height);
        let index = |row: u64| Ok::<_, io::Error>(before(row)?.saturating_sub(skipped));
        let first = match self.watch.from {
            From::End => end,
            From::Row(first) => first,
            From::Trouble => self.trouble(low, high.min(placed))?.map_or(Ok(end), index)?,
            From::Time(t_us) => {
                Some(index(self.row_from(t_us, last)?)?).filter(|at| *at < count).unwrap_or(end)
            }
            From::At { row, above: 0 } => index(row)?,
            From::At { row, above } => index(row)?.saturating_sub(above.into()).min(end),
        };
        let first = first.min(count.saturating_sub(1));
        let mut meant = tally.window(skipped + first, height.min(count - first.min(count)), rows)?;
        let missing = usize::try_from(height).unwrap_or(0).saturating_sub(meant.len());
        let passed = (skipped + first).saturating_sub(tally.total(rows));
        let passed = usize::try_from(passed).unwrap_or(usize::MAX);
        meant.extend(behind.into_iter().skip(passed).take(missing));
        let ends_meant = first + meant.len() as u64 >= count;
        let (first, shown, whole) = if self.watch.wanted.context == 0 {
            (first, meant, true)
        } else {
            self.with_context(first, &meant, (low, high), last)?
        };
        found.shown = Shown::Some { ends: ends_meant && whole };
        let (numbers, shown) = shown.into_iter().unzip();
        found.numbers = numbers;
        Ok(self.page_of(first, shown, count, found))
    }

    /// The rows that are meant with those around them, as many as there is room for: where the end is followed the
    /// last ones, else the first ones. Tells the number of the first one that is meant, and whether all have found room.
    fn with_context(
        &self,
        first: u64,
        meant: &[(u64, Row)],
        (low, high): (u64, u64),
        last: &[Row],
    ) -> io::Result<(u64, Numbered, bool)> {
        let around = u64::from(self.watch.wanted.context);
        let height = usize::from(self.watch.height);
        let follows = self.watch.from == From::End;
        let mut shown: Numbered = Vec::new();
        let mut next = low;
        // Of those that are followed to the end only the last ones can find room.
        for (number, _) in meant {
            let from = number.saturating_sub(around).max(next);
            let to = (number + around + 1).min(high);
            if from < to {
                let rows = self.some_rows(from, to, last)?;
                let streams = self.watch.wanted.streams;
                shown.extend((from..).zip(rows).filter(|(_, row)| streams.show(row.source)));
                next = to;
            }
            if !follows && shown.len() > height {
                break;
            }
        }
        let whole = shown.len() <= height;
        if follows {
            shown.drain(..shown.len().saturating_sub(height));
            let top = shown.first().map_or(0, |(number, _)| *number);
            let above = meant.iter().take_while(|(number, _)| *number < top).count() as u64;
            return Ok((first + above, shown, true));
        }
        shown.truncate(height);
        Ok((first, shown, whole))
    }
}
