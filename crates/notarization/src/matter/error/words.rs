//! What is said to whoever meets an error of a matter, but for [`super::rules`] and [`super::fields`].

use super::MatterError;
use super::fields::field_said;
use super::rules::rule_said;
use crate::matter::press::PressError;
use crate::matter::register::RegisterError;
use crate::standstill::Standstill;
use crate::wording::{Class, Said, say};

impl MatterError {
    #[expect(clippy::too_many_lines, reason = "a table of sentences")]
    pub(super) fn said(&self) -> Said {
        use Class::{BadInput, Conflict, Forbidden, Internal, NotFound, Unavailable};
        match self {
            Self::NotFound => say(
                NotFound,
                "application_unknown",
                ["没有这个申请。", "请核对申请编号，最后一位是校验码。"],
                ["There is no such application.", "Check its number; the last digit is a check digit."],
            ),
            Self::NoDeposit => say(
                NotFound,
                "deposit_unknown",
                ["本处没有该编号项下已接收的存证。", "请核对存证编号，或用签署凭证号检索。"],
                [
                    "This office holds no admitted deposit of that number.",
                    "Check the deposit number, or search by the voucher number.",
                ],
            ),
            Self::NoSigning => say(
                Conflict,
                "deposit_no_signing",
                ["该存证不是签署记录。", "请选择签署记录的存证编号后再申请。"],
                ["This deposit is not about a signing.", "Choose the deposit of the signing itself."],
            ),
            Self::NotParty => say(
                Forbidden,
                "not_party",
                [
                    "您不是该文件的签署人或登记机关，不能申请公证书（《公证法》第三十一条第二项：与申请公证的事项没有利害关系）。",
                    "请由签署人本人或登记机关提出申请；姓名有生僻字或“·”的按记录中的写法填写，证件号码按签署时核验的填写，已变更的请先在登记机关更正。",
                ],
                [
                    "You neither signed the document nor are you the registry, so you cannot apply (Notarisation Law art. 31 item 2: no interest in the matter).",
                    "Let the signer or the registry apply; write the name as the record has it and the number of the document that was checked at the signing; have a changed one put right at the registry first.",
                ],
            ),
            Self::NotCompany => say(
                Forbidden,
                "not_company",
                [
                    "该文件不是以这家单位的名义签署的，或统一社会信用代码与存证记录中的不一致，该单位不能申请公证书（《公证法》第三十一条第二项：与申请公证的事项没有利害关系）。",
                    "请由记录中签署的单位申请，名称和统一社会信用代码按营业执照填写；文件由个人签署的，由签署人本人申请。",
                ],
                [
                    "The document was not signed in this company's name, or the held records have another credit code of it, so it cannot apply (Notarisation Law art. 31 item 2: no interest in the matter).",
                    "Let the company that signed apply, with name and credit code as on its licence; where a person signed, the person applies.",
                ],
            ),
            Self::NotRepresentative => say(
                Forbidden,
                "not_representative",
                [
                    "办理人不是存证记录中代表该单位签署的人，或证件号码与记录中的不一致，不能在此代表该单位申请（《公证法》第二十六条：委托他人办理须有授权；《公证程序规则》第十八条：提交法定代表人身份证明或授权委托书）。",
                    "请由代表该单位签署的人申请；由法定代表人或其他人办理的，请携营业执照、法定代表人身份证明、授权委托书和办理人证件到公证处窗口。",
                ],
                [
                    "Whoever acts is not who signed for the company in the held records, or their document has another number there, so they cannot apply for it here (Notarisation Law art. 26: whoever acts for another is authorised; Rules of Procedure art. 18: proof of the legal representative, or power of attorney).",
                    "Let whoever signed for the company apply; the legal representative or anybody else comes to the counter with licence, proof of the legal representative, power of attorney and their own document.",
                ],
            ),
            Self::Double(number) => say(
                Conflict,
                "application_double",
                [
                    "同一申请人就该存证的申请正在办理，编号{n}，未重复受理。",
                    "请按该编号查询进度；需要更多副本的，请在该申请中提出。",
                ],
                [
                    "The same applicant's application {n} about this deposit is open; no second one was taken.",
                    "Follow that one, and ask there for more copies.",
                ],
            )
            .with("{n}", number, number),
            Self::Field(field) => field_said(*field),
            Self::Text => say(
                BadInput,
                "text_missing",
                ["未填写内容，或超过500字。", "请补充后重试。"],
                ["A text is missing or longer than 500 characters.", "Fill it in and try again."],
            ),
            Self::Rule(rule) => rule_said(*rule),
            Self::Workstation => say(
                Forbidden,
                "workstation_unknown",
                ["这不是登记在册的本处计算机，未作更改。", "请在登记的提取专用机上办理。"],
                [
                    "This is no registered computer of the office; nothing was changed.",
                    "Use one of the registered computers.",
                ],
            ),
            Self::NumberForm => say(
                BadInput,
                "certificate_number_malformed",
                ["公证书编号格式不符，或不属于本处该类别。", "请按“（年）处简称证类字第号”核对后重新录入。"],
                [
                    "This is no certificate number of this office's series.",
                    "Compare it with the case system and type it again.",
                ],
            ),
            Self::NumberTaken => say(
                Conflict,
                "certificate_number_taken",
                ["该编号已用于另一份公证书，一份公证书一个编号。", "请在本处案件系统中核对编号。"],
                [
                    "This number belongs to another certificate; each has its own.",
                    "Check the number in the office's case system.",
                ],
            ),
            Self::NotTyped => say(
                Conflict,
                "certificate_number_not_typed",
                ["本处的编号由系统取得，不能手工录入。", "请等待系统取号。"],
                ["Numbers of this office are not typed in.", "Wait until the register gives one."],
            ),
            Self::Register(RegisterError::Unreachable) => say(
                Unavailable,
                "register_unreachable",
                ["暂时无法从案件系统取得编号，审批结果已保存。", "系统会自动重试，无需再次审批。"],
                [
                    "The register cannot be reached; the approval stands.",
                    "It is asked again by itself; nothing is to be approved again.",
                ],
            ),
            Self::Register(RegisterError::Taken) => say(
                Conflict,
                "register_number_taken",
                ["案件系统给出的编号已属于本处另一份公证书，未予采用。", "请联系案件系统管理员查明重号，系统会自动再次取号。"],
                [
                    "The register gave a number that another certificate of this office has; it was not taken.",
                    "Ask whoever runs the register why it was given twice; it is asked again by itself.",
                ],
            ),
            Self::Register(_) => say(
                Conflict,
                "register_refused",
                ["案件系统没有给出可用的编号，审批结果已保存。", "请联系案件系统管理员核对类别与年度。"],
                [
                    "The register gave no usable number; the approval stands.",
                    "Ask whoever runs the register about category and year.",
                ],
            ),
            Self::NoPress => say(
                Unavailable,
                "no_seal",
                ["本处尚未配置印章和时间戳服务，不能出具公证书。", "请联系系统管理员配置后再出具。"],
                [
                    "This office has no seal and no time authority configured, so nothing is issued.",
                    "Have both configured, then issue.",
                ],
            ),
            Self::Press(PressError::Character(character)) => say(
                Conflict,
                "character_unprintable",
                ["字体中没有字符 {c}，未出具公证书。", "请按户籍或公安证明核对用字后，由管理员补充字体。"],
                [
                    "No font prints {c}; nothing was issued.",
                    "Check how the name is written, and have a font added.",
                ],
            )
            .with("{c}", format!("U+{:04X}", u32::from(*character)), format!("U+{:04X}", u32::from(*character))),
            Self::Press(PressError::NoTime) => say(
                Unavailable,
                "no_time_token",
                ["未取得有效时间戳，公证书没有出具，编号保留。", "请稍后重试；持续失败请检查时间戳服务。"],
                [
                    "No time authority gave a good token; nothing was issued and the number stays.",
                    "Try again; if it goes on, look at the time authorities.",
                ],
            ),
            Self::Press(PressError::Seal) => say(
                Unavailable,
                "seal_unusable",
                [
                    "本处印章不能使用，或其证书已到期、不属于本处信任的根，公证书没有出具，编号保留。",
                    "请系统管理员检查印章服务及其证书后再出具。",
                ],
                [
                    "The office's seal cannot be used, or its certificate has ended or leads to none of the office's roots; nothing was issued and the number stays.",
                    "Have the administrator look at the seal service and its certificate, then issue.",
                ],
            ),
            Self::Press(_) => say(
                Unavailable,
                "certificate_not_made",
                ["公证书文件未能生成或签章，没有出具，编号保留。", "请重试；持续失败请联系系统管理员。"],
                [
                    "The certificate could not be made or sealed; nothing was issued and the number stays.",
                    "Try again; if it goes on, ask the administrator.",
                ],
            ),
            Self::ClockOff => say(
                Unavailable,
                "clock_off",
                [
                    "本处系统时钟与平台或时间戳机构相差超过一分钟，暂不能审批和出具公证书，未作任何更改。",
                    "请联系系统管理员核对时钟；恢复后从这一步继续。",
                ],
                [
                    "The office's clock differs from the platform's, or a time authority's, by more than a minute, so nothing is approved and no certificate issued; nothing was changed.",
                    "Have the administrator look at both clocks; go on from here once they agree.",
                ],
            ),
            Self::File => say(
                BadInput,
                "file_missing",
                ["没有收到文件，文件不是PDF、JPEG或PNG，或超过20 MB。", "请重新选择扫描件后上传。"],
                [
                    "The file is missing, is no PDF, JPEG or PNG, or is longer than 20 MB.",
                    "Choose the scan again.",
                ],
            ),
            Self::Busy | Self::Store(Standstill::Busy) => say(
                Unavailable,
                "busy",
                ["系统繁忙，未作更改。", "请稍后重试。"],
                ["The office is busy; nothing was changed.", "Try again in a moment."],
            ),
            Self::Store(Standstill::ReadOnly(_)) => say(
                Unavailable,
                "store_read_only",
                [
                    "本处存储当前只读，未作更改。",
                    "请联系系统管理员在 /readyz 查看原因；恢复写入后从这一步继续。",
                ],
                [
                    "The office's store takes no writes now; nothing was changed.",
                    "Have the administrator look at /readyz; go on from here once it takes writes again.",
                ],
            ),
            Self::Store(Standstill::DiskFull) => say(
                Unavailable,
                "store_full",
                ["本处存储空间不足，未作更改。", "请联系系统管理员；腾出空间后从这一步继续。"],
                [
                    "The office's store has no space left; nothing was changed.",
                    "Tell the administrator; go on from here once there is space again.",
                ],
            ),
            Self::Store(Standstill::Stopped) => say(
                Unavailable,
                "store_stopped",
                ["系统正在重新启动，本次操作结果待确认。", "请稍后重新打开页面，核对是否已完成，未完成的再办理一次。"],
                [
                    "The office's service is restarting; whether this was done is not known yet.",
                    "Open the page again in a moment, look whether it was done, and do it again if not.",
                ],
            ),
            Self::Broken(_) => say(
                Internal,
                "internal",
                ["系统出错，未作更改。", "请联系系统管理员并提供页面上的请求编号。"],
                ["Something is wrong on our side; nothing was changed.", "Give the request's number to the administrator."],
            ),
        }
    }
}
