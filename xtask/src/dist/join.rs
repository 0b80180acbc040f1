//! Files of ours that import each other, as one: each file less is a request less.
//!
//! Understands one form, a line of its own: `import { name } from "./file.js";`. The file's text takes its place, without the
//! `export` before its declarations. It is put in where it is imported, so it may not import anything itself.

use anyhow::{Context as _, Result, bail};

/// The script with what it imports from beside it.
pub(super) fn join(script: &str, read: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut out = String::with_capacity(script.len());
    for line in script.lines() {
        let name =
            line.strip_prefix("import ").and_then(|rest| rest.strip_suffix("\";")?.split_once(" from \"./"));
        let Some((_, name)) = name else {
            out.push_str(line);
            out.push('\n');
            continue;
        };
        let part = read(name).with_context(|| format!("`{line}`"))?;
        if part.lines().any(|line| line.starts_with("import ")) {
            bail!("{name} is imported and imports in turn");
        }
        for line in part.lines() {
            out.push_str(line.strip_prefix("export ").unwrap_or(line));
            out.push('\n');
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::join;

    #[test]
    fn a_part_takes_the_place_of_its_import() {
        let read = |name: &str| match name {
            "b.js" => Ok("// why\nexport const b = 1;\n".to_owned()),
            "c.js" => Ok("import { b } from \"./b.js\";\n".to_owned()),
            _ => bail!("no such file"),
        };
        let script = "import { b } from \"./b.js\";\nexport { b };\nf(b);\n";
        assert_eq!(join(script, read).unwrap(), "// why\nconst b = 1;\nexport { b };\nf(b);\n");
        assert_eq!(join("const x = await import(PATH);\n", read).unwrap(), "const x = await import(PATH);\n");
        assert!(join("import { c } from \"./c.js\";", read).is_err());
        assert!(join("import { d } from \"./d.js\";", read).is_err());
    }
}
