//! Processes in the order of their trees, each with the branches that lead to it, as a person reads a tree.

/// Every item once under its parent: `key` tells pid and parent of one. Where a parent is not among them, an item
/// stands at the top. Items keep their order beside each other.
pub fn rows<T>(items: &[T], key: impl Fn(&T) -> (i32, i32)) -> Vec<(String, &T)> {
    let pids: Vec<(i32, i32)> = items.iter().map(&key).collect();
    let mut forest = Forest { pids: &pids, rows: Vec::new(), shown: vec![false; items.len()] };
    for at in 0..items.len() {
        let (pid, parent) = pids[at];
        if parent == pid || !pids.iter().any(|(known, _)| *known == parent) {
            forest.grow(at, "", "");
        }
    }
    forest.rows.into_iter().map(|(branch, at)| (branch, &items[at])).collect()
}

struct Forest<'a> {
    pids: &'a [(i32, i32)],
    rows: Vec<(String, usize)>,
    shown: Vec<bool>,
}

impl Forest<'_> {
    /// Two looks can disagree about who is whose parent: a process is shown once.
    fn grow(&mut self, at: usize, branch: &str, stem: &str) {
        if std::mem::replace(&mut self.shown[at], true) {
            return;
        }
        self.rows.push((branch.to_owned(), at));
        let (pid, _) = self.pids[at];
        let children: Vec<usize> =
            (0..self.pids.len()).filter(|child| self.pids[*child].1 == pid && !self.shown[*child]).collect();
        let last = children.len().saturating_sub(1);
        for (number, child) in children.into_iter().enumerate() {
            let (branch, below) = if number == last { ("└ ", "  ") } else { ("├ ", "│ ") };
            self.grow(child, &format!("{stem}{branch}"), &format!("{stem}{below}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_has_every_process_once_under_its_parent() {
        let all = [(10, 1), (11, 10), (13, 10), (12, 11), (20, 1)];
        let rows: Vec<_> =
            rows(&all, |item| *item).into_iter().map(|(b, (pid, _))| format!("{b}{pid}")).collect();
        assert_eq!(rows, ["10", "├ 11", "│ └ 12", "└ 13", "20"]);
    }

    #[test]
    fn parents_of_each_other_end() {
        assert_eq!(rows(&[(1, 2), (2, 1), (3, 3)], |item| *item).len(), 1);
    }
}
