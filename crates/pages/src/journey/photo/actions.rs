//! What a signer is asked to do before the camera: each action in large words with a picture, one at
//! a time, and a way past each that costs nothing.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::words::Words;

/// Something that may be asked for.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ActionToDo {
    /// Its word, by which the script finds it.
    pub word: &'static str,
    /// What is asked.
    pub text: Words,
}

/// All of them, none shown: which ones are asked for the script learns with the challenge. Nothing
/// where none is asked for.
pub(super) fn panel(actions: &[ActionToDo], l: Language) -> Markup {
    html! {
        @if !actions.is_empty() {
            div .actions id="actions" tabindex="-1" hidden role="group" aria-label=(NAME.in_language(l)) {
                div .asked aria-live="assertive" {
                    p data-action="ready" { (picture("ready")) span { (READY.in_language(l)) } }
                    @for action in actions {
                        p data-action=(action.word) hidden {
                            (picture(action.word)) span { (action.text.in_language(l)) }
                        }
                    }
                    p data-action="sending" hidden { (picture("ready")) span { (SENDING.in_language(l)) } }
                }
                p .count id="count" aria-hidden="true" {}
                button type="button" id="cannot" disabled { (CANNOT.in_language(l)) }
            }
        }
    }
}

/// A head as whoever looks into the mirror sees it: the own left is on the left.
fn picture(word: &str) -> Markup {
    // How far the face looks aside, and up.
    let (aside, up) = match word {
        "turn_left" => (-10, 0),
        "turn_right" => (10, 0),
        "raise_head" => (0, -9),
        _ => (0, 0),
    };
    html! {
        svg .act viewBox="0 0 96 96" aria-hidden="true" {
            ellipse cx="48" cy="46" rx="24" ry="30" {}
            path d="M14 94c4-14 16-18 34-18s30 4 34 18" {}
            circle .ink cx=(40 + aside) cy=(42 + up) r="2.5" {}
            circle .ink cx=(56 + aside) cy=(42 + up) r="2.5" {}
            @if word == "open_mouth" {
                ellipse .ink cx="48" cy="60" rx="6" ry="8" {}
            } @else {
                path d={ "M" (42 + aside) " " (59 + up) "h12" } {}
            }
            @match word {
                "turn_left" => { path .way d="M18 46H4m6-7-7 7 7 7" {} }
                "turn_right" => { path .way d="M78 46h14m-6-7 7 7-7 7" {} }
                "raise_head" => { path .way d="M84 40V16m-7 7 7-8 7 8" {} }
                "raise_hand" => { path .way d="M80 76V44m-5 8V34m5 10V30m5 14V33m5 19V38" {} }
                _ => {}
            }
        }
    }
}

/// Examples.
pub(super) fn samples() -> Vec<ActionToDo> {
    [
        ("turn_left", Words::new("向左转头", "Turn your head to your left")),
        ("turn_right", Words::new("向右转头", "Turn your head to your right")),
        ("raise_head", Words::new("抬头", "Lift your chin")),
        ("open_mouth", Words::new("张嘴", "Open your mouth")),
        ("raise_hand", Words::new("举起一只手，放在脸旁", "Lift a hand beside your face")),
    ]
    .map(|(word, text)| ActionToDo { word, text })
    .into()
}

pub(super) const LEAD: Words = Words::new(
    "点“使用这张”后，如相机仍开着，会请您做几个简单动作，各拍一张小图，由工作人员查看。不用再点按；做不到的可以跳过，不影响签署。",
    "After “Use this one”, if the camera is still on, you are asked for a few simple movements; a small picture of each is taken for staff to look at. No more taps; skip what you cannot do, and sign all the same.",
);
const NAME: Words = Words::new("请做动作", "What to do now");
const READY: Words = Words::new("请看镜头，马上开始", "Look into the camera, it begins at once");
const SENDING: Words = Words::new("好了，正在保存", "Done, saving");
const CANNOT: Words = Words::new("做不到这个动作", "I cannot do this");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_another_picture_and_a_way_past_it() {
        let words = ["ready", "turn_left", "turn_right", "raise_head", "open_mouth", "raise_hand"];
        let pictures = words.map(|word| picture(word).into_string());
        for (at, picture) in pictures.iter().enumerate() {
            assert!(pictures.iter().skip(at + 1).all(|other| other != picture), "{}", words[at]);
        }
        let panel = panel(&samples(), Language::Zh).into_string();
        assert!(panel.contains("做不到这个动作"), "{panel}");
        let is_english = |c: char| c.is_ascii_alphabetic();
        for action in samples() {
            let asked = action.text.in_language(Language::Zh);
            assert!(panel.contains(asked) && !asked.contains(is_english), "{panel}");
        }
        assert_eq!(super::panel(&[], Language::Zh).into_string(), "");
    }
}
