//! A terminal's screen as SVG, the same bytes every time, and as PNG.
//!
//! Lines, blocks and braille are drawn as shapes, so that no font can leave seams; every glyph has its own place,
//! so that it sits on the grid in any font.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use vt100::{Cell, Color, Screen};

/// A cell, in the units of the picture.
const W: f32 = 9.0;
const H: f32 = 20.0;
/// The window's edge around the cells.
const PAD_X: f32 = 12.0;
const PAD_Y: f32 = 6.0;
/// Pixels of the PNG for one unit.
const SCALE: f32 = 2.0;

/// What the terminal draws where the program names no colour.
#[derive(Clone, Copy)]
pub struct Window {
    pub foreground: &'static str,
    pub background: &'static str,
    pub edge: &'static str,
}

/// The screen as SVG text.
pub fn draw(screen: &Screen, window: Window) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let (width, height) = (f32::from(columns) * W + 2.0 * PAD_X, f32::from(rows) * H + 2.0 * PAD_Y);
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="15" shape-rendering="crispEdges">
<clipPath id="w"><rect width="{width}" height="{height}" rx="10"/></clipPath><g clip-path="url(#w)"><rect width="100%" height="100%" fill="{}"/>
"#,
        window.background
    );
    let picture = Picture { screen, window, rows, columns, width, height };
    for row in 0..rows {
        picture.grounds(row, &mut svg);
        picture.glyphs(row, &mut svg);
        svg.push('\n');
    }
    let (edge_width, edge_height) = (width - 1.0, height - 1.0);
    let _ = writeln!(
        svg,
        r#"</g><rect x="0.5" y="0.5" width="{edge_width}" height="{edge_height}" rx="9.5" fill="none" stroke="{}" shape-rendering="auto"/></svg>"#,
        window.edge
    );
    svg
}

/// The SVG as PNG, with the fonts of this machine.
pub fn png(svg: &str) -> Result<Vec<u8>, String> {
    let mut options = resvg::usvg::Options { font_family: "DejaVu Sans Mono".into(), ..Default::default() };
    Arc::make_mut(&mut options.fontdb).load_system_fonts();
    let tree = resvg::usvg::Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    let size = tree.size().to_int_size().scale_by(SCALE).ok_or("the picture is too large")?;
    let mut pixels =
        resvg::tiny_skia::Pixmap::new(size.width(), size.height()).ok_or("the picture is empty")?;
    resvg::render(&tree, resvg::tiny_skia::Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    indexed(&pixels).map_err(|error| error.to_string())
}

/// A PNG with a palette: the most frequent colours exact, the others as the nearest of them. A third of the size.
fn indexed(pixels: &resvg::tiny_skia::Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let colours: Vec<[u8; 4]> = pixels
        .pixels()
        .iter()
        .map(|pixel| {
            let pixel = pixel.demultiply();
            [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]
        })
        .collect();
    let mut counts: HashMap<[u8; 4], usize> = HashMap::new();
    for colour in &colours {
        *counts.entry(*colour).or_default() += 1;
    }
    let mut frequent: Vec<_> = counts.keys().copied().collect();
    frequent.sort_by_key(|colour| (std::cmp::Reverse(counts[colour]), *colour));
    let palette = &frequent[..frequent.len().min(256)];
    let distance = |a: &[u8; 4], b: &[u8; 4]| -> u32 {
        a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum()
    };
    let nearest = |colour: &[u8; 4]| {
        let index = (0u8..=255).zip(palette).min_by_key(|(_, known)| distance(colour, known));
        index.map_or(0, |(index, _)| index)
    };
    let index_of: HashMap<[u8; 4], u8> = frequent.iter().map(|colour| (*colour, nearest(colour))).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.set_palette(
        palette.iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue]).collect::<Vec<_>>(),
    );
    encoder.set_trns(palette.iter().map(|[.., alpha]| *alpha).collect::<Vec<_>>());
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&colours.iter().map(|colour| index_of[colour]).collect::<Vec<_>>())?;
    writer.finish()?;
    Ok(bytes)
}

struct Picture<'a> {
    screen: &'a Screen,
    window: Window,
    rows: u16,
    columns: u16,
    width: f32,
    height: f32,
}

/// How a run of cells is drawn.
#[derive(PartialEq)]
struct Look {
    colour: String,
    bold: bool,
    underline: bool,
}

impl Picture<'_> {
    fn cell(&self, row: u16, column: u16) -> &Cell {
        self.screen.cell(row, column).expect("inside the screen")
    }

    fn colours(&self, cell: &Cell) -> (String, String) {
        let front = hex(cell.fgcolor(), self.window.foreground);
        let back = hex(cell.bgcolor(), self.window.background);
        if cell.inverse() { (back, front) } else { (front, back) }
    }

    /// The colour under a cell; the second half of a wide character carries none of its own.
    fn ground(&self, row: u16, column: u16) -> String {
        let cell = self.cell(row, column);
        let column = if cell.is_wide_continuation() { column.saturating_sub(1) } else { column };
        self.colours(self.cell(row, column)).1
    }

    /// One rectangle for each run of one ground; the outermost cells colour the window's edge too.
    fn grounds(&self, row: u16, svg: &mut String) {
        let y = PAD_Y + f32::from(row) * H;
        let bar = self.ground(row, 0);
        if row == 0 && bar != self.window.background {
            rectangle(svg, 0.0, 0.0, self.width, y, &bar);
        }
        if row + 1 == self.rows && bar != self.window.background {
            rectangle(svg, 0.0, y + H, self.width, self.height - y - H, &bar);
        }
        let mut column = 0;
        while column < self.columns {
            let (from, ground) = (column, self.ground(row, column));
            while column < self.columns && self.ground(row, column) == ground {
                column += 1;
            }
            if ground != self.window.background {
                let left = if from == 0 { 0.0 } else { PAD_X + f32::from(from) * W };
                let right = if column == self.columns { self.width } else { PAD_X + f32::from(column) * W };
                rectangle(svg, left, y, right - left, H, &ground);
            }
        }
    }

    /// Shapes cell by cell, text in runs of one look.
    fn glyphs(&self, row: u16, svg: &mut String) {
        let y = PAD_Y + f32::from(row) * H;
        let x_of = |column: u16| PAD_X + f32::from(column) * W;
        let mut column = 0;
        while column < self.columns {
            let cell = self.cell(row, column);
            let look = self.look(cell);
            if blank(cell) {
                if look.underline && !cell.is_wide_continuation() {
                    rectangle(svg, x_of(column), y + H - 3.0, W, 1.0, &look.colour);
                }
                column += 1;
                continue;
            }
            if shape(cell.contents(), x_of(column), y, &look.colour, svg) {
                column += 1;
                continue;
            }
            let (mut places, mut text) = (String::new(), String::new());
            while column < self.columns {
                let cell = self.cell(row, column);
                if cell.is_wide_continuation() {
                    column += 1;
                    continue;
                }
                let drawn = shape(cell.contents(), 0.0, 0.0, "", &mut String::new());
                if blank(cell) || drawn || self.look(cell) != look {
                    break;
                }
                for _ in cell.contents().chars() {
                    let _ = write!(places, "{} ", x_of(column));
                }
                text.push_str(&cell.contents().replace('&', "&amp;").replace('<', "&lt;"));
                column += 1;
            }
            let weight = if look.bold { r#" font-weight="bold""# } else { "" };
            let line = if look.underline { r#" text-decoration="underline""# } else { "" };
            let _ = write!(
                svg,
                r#"<text x="{}" y="{}" fill="{}"{weight}{line}>{text}</text>"#,
                places.trim_end(),
                y + 15.0,
                look.colour
            );
        }
    }

    fn look(&self, cell: &Cell) -> Look {
        Look { colour: self.colours(cell).0, bold: cell.bold(), underline: cell.underline() }
    }
}

fn blank(cell: &Cell) -> bool {
    cell.is_wide_continuation() || cell.contents().trim().is_empty()
}

fn rectangle(svg: &mut String, x: f32, y: f32, width: f32, height: f32, colour: &str) {
    let _ = write!(svg, r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{colour}"/>"#);
}

/// Draws box lines, blocks and braille; false for everything that a font draws.
fn shape(text: &str, x: f32, y: f32, colour: &str, svg: &mut String) -> bool {
    let Some(glyph) = text.chars().next() else { return false };
    let (middle, centre, right, bottom) = (x + W / 2.0, y + H / 2.0, x + W, y + H);
    match glyph {
        '█' => rectangle(svg, x, y, W, H, colour),
        '▌' => rectangle(svg, x, y, W / 2.0, H, colour),
        '▐' => rectangle(svg, middle, y, W / 2.0, H, colour),
        '▀' => rectangle(svg, x, y, W, H / 2.0, colour),
        '▁'..='▇' => {
            let eighths = f32::from(u16::try_from(u32::from(glyph) - 0x2580).unwrap_or(1));
            rectangle(svg, x, bottom - H * eighths / 8.0, W, H * eighths / 8.0, colour);
        }
        '\u{2800}'..='\u{28ff}' => braille(u32::from(glyph) - 0x2800, x, y, colour, svg),
        '━' => rectangle(svg, x, centre - 1.2, W, 2.4, colour),
        '┃' => rectangle(svg, middle - 1.2, y, 2.4, H, colour),
        '┏' | '┓' | '┗' | '┛' => {
            let left = if matches!(glyph, '┏' | '┗') { middle - 1.2 } else { x };
            let top = if matches!(glyph, '┏' | '┓') { centre - 1.2 } else { y };
            rectangle(svg, left, centre - 1.2, W / 2.0 + 1.2, 2.4, colour);
            rectangle(svg, middle - 1.2, top, 2.4, H / 2.0 + 1.2, colour);
        }
        _ => {
            let path = match glyph {
                '─' => format!("M{x} {centre}H{right}"),
                '│' => format!("M{middle} {y}V{bottom}"),
                '┌' => format!("M{middle} {bottom}V{centre}H{right}"),
                '┐' => format!("M{x} {centre}H{middle}V{bottom}"),
                '└' => format!("M{middle} {y}V{centre}H{right}"),
                '┘' => format!("M{x} {centre}H{middle}V{y}"),
                '├' => format!("M{middle} {y}V{bottom}M{middle} {centre}H{right}"),
                '┤' => format!("M{middle} {y}V{bottom}M{middle} {centre}H{x}"),
                '╭' => format!("M{middle} {bottom}Q{middle} {centre} {right} {centre}"),
                '╮' => format!("M{x} {centre}Q{middle} {centre} {middle} {bottom}"),
                '╰' => format!("M{middle} {y}Q{middle} {centre} {right} {centre}"),
                '╯' => format!("M{x} {centre}Q{middle} {centre} {middle} {y}"),
                _ => return false,
            };
            let _ = write!(svg, r#"<path shape-rendering="auto" d="{path}" stroke="{colour}" fill="none"/>"#);
        }
    }
    true
}

/// Eight dots, in the order of Unicode's bits.
fn braille(bits: u32, x: f32, y: f32, colour: &str, svg: &mut String) {
    const DOTS: [(f32, f32); 8] =
        [(0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (1.0, 0.0), (1.0, 1.0), (1.0, 2.0), (0.0, 3.0), (1.0, 3.0)];
    for (bit, (column, row)) in DOTS.into_iter().enumerate() {
        if bits >> bit & 1 == 1 {
            let (x, y) = (x + W * (0.28 + 0.44 * column), y + H * (0.14 + 0.24 * row));
            let _ = write!(
                svg,
                r#"<circle shape-rendering="auto" cx="{x:.2}" cy="{y:.2}" r="1.2" fill="{colour}"/>"#
            );
        }
    }
}

fn hex(colour: Color, default: &str) -> String {
    let (red, green, blue) = match colour {
        Color::Default => return default.to_owned(),
        Color::Rgb(red, green, blue) => (red, green, blue),
        Color::Idx(index) => palette(index),
    };
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// The usual 256 colours of a terminal.
fn palette(index: u8) -> (u8, u8, u8) {
    const BASE: [(u8, u8, u8); 16] = [
        (0, 0, 0),
        (205, 49, 49),
        (13, 188, 121),
        (229, 229, 16),
        (36, 114, 200),
        (188, 63, 188),
        (17, 168, 205),
        (229, 229, 229),
        (102, 102, 102),
        (241, 76, 76),
        (35, 209, 139),
        (245, 245, 67),
        (59, 142, 234),
        (214, 112, 214),
        (41, 184, 219),
        (255, 255, 255),
    ];
    match index {
        0..16 => BASE[usize::from(index)],
        16..232 => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let index = index - 16;
            (level(index / 36), level(index / 6 % 6), level(index % 6))
        }
        232.. => {
            let grey = 8 + 10 * (index - 232);
            (grey, grey, grey)
        }
    }
}
