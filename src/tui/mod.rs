//! The dashboard.
pub fn run(_context: crate::ops::Context, _theme: Option<String>) -> Result<(), String> {
    Ok(())
}
