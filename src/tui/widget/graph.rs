//! A braille area graph: two samples a cell, four steps a row, coloured by height.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::theme::Theme;

/// Dots of a braille cell from the lowest up, left and right column.
const DOTS: [[u32; 4]; 2] = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]];

/// Draws values from 0 to 1, the oldest first, from the left; a value of 0 keeps its lowest dot, so that "zero"
/// and "no data" differ. Give at most two values a column: [`resample`] brings any number of them there.
pub fn graph(buffer: &mut Buffer, area: Rect, values: &[f64], theme: &Theme) {
    let rows = usize::from(area.height);
    for (column, pair) in (0..area.width).zip(values.chunks(2)) {
        for row in 0..area.height {
            let below = usize::from(area.height - 1 - row) * 4;
            let mut dots = 0;
            for (value, side) in pair.iter().zip(DOTS) {
                let height = steps(*value, rows * 4);
                dots |= side
                    .iter()
                    .enumerate()
                    .filter(|(k, _)| height > below + k)
                    .map(|(_, bit)| bit)
                    .sum::<u32>();
            }
            if let Some(symbol) = char::from_u32(0x2800 + dots).filter(|_| dots != 0) {
                let level = if rows > 1 { (rows - 1 - usize::from(row)) * 3 / (rows - 1) } else { 2 };
                buffer[(area.x + column, area.y + row)].set_char(symbol).set_fg(theme.g[level]);
            }
        }
    }
}

/// Dots high, at least one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a few dozen"
)]
fn steps(value: f64, most: usize) -> usize {
    ((value.clamp(0.0, 1.0) * most as f64).round() as usize).max(1)
}

/// Values at any times as one value for each of `columns` slots between `from` and `to`: the highest of a slot,
/// because a peak is what one looks for; a slot without a value repeats the one before. Slots before the first
/// value are left out only at the end of the time, never in the middle.
#[must_use]
pub fn resample(values: &[(u64, f64)], from: u64, to: u64, columns: usize) -> Vec<f64> {
    let span = to.saturating_sub(from).max(1);
    let mut slots: Vec<Option<f64>> = vec![None; columns];
    for (at, value) in values.iter().filter(|(at, _)| (from..=to).contains(at)) {
        let place = u128::from(at - from) * columns as u128 / u128::from(span);
        let place = usize::try_from(place).unwrap_or(usize::MAX).min(columns.saturating_sub(1));
        if let Some(slot) = slots.get_mut(place) {
            *slot = Some(slot.map_or(*value, |there| there.max(*value)));
        }
    }
    let known = slots.iter().rposition(Option::is_some).map_or(0, |at| at + 1);
    let mut last = slots.iter().flatten().next().copied().unwrap_or(0.0);
    slots[..known]
        .iter()
        .map(|slot| {
            last = slot.unwrap_or(last);
            last
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Palette, shelf};

    fn draw(values: &[f64], width: u16, height: u16) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        graph(&mut buffer, area, values, &shelf::built_in(false, Palette::Mono));
        (0..height).map(|y| (0..width).map(|x| buffer[(x, y)].symbol()).collect()).collect()
    }

    #[test]
    fn zero_keeps_a_dot_and_no_data_is_blank() {
        assert_eq!(draw(&[0.0, 0.0, 1.0], 3, 1), ["⣀⡇ "]);
    }

    #[test]
    fn a_high_value_fills_rows_from_below() {
        assert_eq!(draw(&[1.0, 1.0, 0.5, 0.5], 2, 2), ["⣿ ", "⣿⣿"]);
    }

    #[test]
    fn a_peak_survives_resampling_and_gaps_repeat_the_last_value() {
        let values = [(0, 0.1), (1, 0.9), (2, 0.2), (8, 0.3)];
        assert_eq!(resample(&values, 0, 10, 5), [0.9, 0.2, 0.2, 0.2, 0.3]);
        assert_eq!(resample(&[], 0, 10, 5), [0.0; 0]);
    }
}
