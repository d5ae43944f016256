//! How fast it is, as a share of what a machine can do at all: the picture of `docs/PERFORMANCE.md`.

use super::view::View;

/// The picture, as `cargo xtask plots` made it of the measured lines.
pub(super) const PICTURE: &str = include_str!("../../../../../docs/performance/rates.svg");
/// Where it is served.
pub(super) const PICTURE_PATH: &str = "/rates.svg";

pub(super) fn page(l: View) -> String {
    let title = l.pick("速度占机器极限的比例", "Rates as a share of the machine's limit");
    let body = format!(
        "<h1>{title}</h1><p>{}</p><p><img class=\"plot\" src=\"{PICTURE_PATH}\" width=\"760\" alt=\"{}\"></p>{}",
        l.pick(
            "深色为实测每秒次数，浅色为同一次运行中各部件所允许的次数，红线为目标。由 heqi load 测得，不是这台机器此刻的速度；想知道这台机器的，请自己运行 heqi load。",
            "Dark is what was measured, per second; pale what the parts allow in the same run; the red line what is wanted. heqi load measured it, and not on this machine now: to know this one, run heqi load yourself.",
        ),
        l.pick(
            "每秒完成的签署过程和单独完成数，与各部件所允许的次数和目标相比",
            "Ceremonies and completions per second, beside what the parts allow and what is wanted",
        ),
        l.back(),
    );
    let foot = l.pick(
        "本页显示：发布时测得的速度图。不显示：这台机器的速度。",
        "This page shows the plot of what was measured for this version. It does not show how fast this machine is.",
    );
    l.document("/rates", title, &body, foot)
}
