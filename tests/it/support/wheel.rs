//! Small packages, made by the tests themselves: no index is asked for anything.

use std::path::Path;
use std::process::Command;

use crate::support::sandbox::PYTHON;

/// Files of a wheel: name, text. What stands in `NAME-VERSION.data/scripts/` goes to the environment's `bin`.
const SCRIPT: &str = r"
import sys, zipfile
folder, name, version, *files = sys.argv[1:]
info = f'{name}-{version}.dist-info'
files = dict(zip(files[::2], files[1::2]))
files[f'{info}/METADATA'] = f'Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n'
files[f'{info}/WHEEL'] = 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n'
files[f'{info}/RECORD'] = ''.join(f'{file},,\n' for file in [*files, f'{info}/RECORD'])
with zipfile.ZipFile(f'{folder}/{name}-{version}-py3-none-any.whl', 'w') as wheel:
    for file, text in files.items():
        entry = zipfile.ZipInfo(file)
        entry.external_attr = (0o100755 if '/scripts/' in file else 0o100644) << 16
        wheel.writestr(entry, text)
";

/// Makes a wheel in a folder.
#[track_caller]
pub fn wheel(folder: &Path, name: &str, version: &str, files: &[(&str, &str)]) {
    std::fs::create_dir_all(folder).unwrap();
    let files = files.iter().flat_map(|(file, text)| [*file, *text]);
    let made =
        Command::new(&*PYTHON).args(["-c", SCRIPT]).arg(folder).args([name, version]).args(files).status();
    assert!(made.unwrap().success());
}
