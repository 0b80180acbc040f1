//! The machine, as far as it explains the numbers. Nothing that names it.

use crate::shell;

/// Lines of a list.
pub(super) fn describe() -> Vec<String> {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let processor = field(&read("/proc/cpuinfo"), "model name").unwrap_or_else(|| "unknown processor".into());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = field(&read("/proc/meminfo"), "MemTotal").and_then(|text| {
        let kibibytes: u64 = text.split_whitespace().next()?.parse().ok()?;
        Some(format!("{} GiB", kibibytes.div_ceil(1024 * 1024)))
    });
    let say = |program: &str, arguments: &[&str]| {
        shell::read(shell::command(program).args(arguments)).map(|text| text.trim().to_owned()).ok()
    };
    let target = shell::target_dir();
    let disk = say("df", &["--output=fstype", &target.to_string_lossy()]);
    let disk = disk.and_then(|text| text.lines().last().map(str::to_owned));
    let changed =
        say("git", &["status", "--porcelain", "--untracked-files=no"]).is_none_or(|text| !text.is_empty());
    let commit = say("git", &["rev-parse", "--short", "HEAD"]).unwrap_or_default();
    vec![
        format!("{cores} cores of {processor}, {}", memory.unwrap_or_default()),
        format!(
            "{}; the store on {}",
            say("uname", &["-sr"]).unwrap_or_default(),
            disk.unwrap_or_else(|| "an unknown file system".into())
        ),
        say("rustc", &["--version"]).unwrap_or_default(),
        format!(
            "{}, commit {commit}{}",
            say("date", &["+%F"]).unwrap_or_default(),
            if changed { " with changes" } else { "" }
        ),
    ]
}

fn field(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}
