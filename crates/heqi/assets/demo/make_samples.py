"""Makes the demo's sample documents and photo. Run once; the results are committed.

    pip install fpdf2 pillow
    npm pack @expo-google-fonts/noto-serif-sc@0.4.3   (OFL 1.1; unpack, pass the folder)
    apt install fonts-hanazono                         (for characters such as U+20BB7)
    python make_samples.py FOLDER
"""
import datetime, pathlib, random, sys
from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFilter, ImageFont

fonts = pathlib.Path(sys.argv[1])
regular, bold = fonts / "400Regular/NotoSerifSC_400Regular.ttf", fonts / "700Bold/NotoSerifSC_700Bold.ttf"
rare = next(pathlib.Path("/usr/share/fonts").rglob("HanaMinB.ttf"))
NOTICE = "演示文件·人物公司均为虚构·无法律效力"

def document(path, title, paragraphs):
    pdf = FPDF(format="A4")
    pdf.set_creation_date(datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc))
    pdf.set_title(title); pdf.set_lang("zh-CN")
    pdf.add_font("serif", "", regular); pdf.add_font("serif", "B", bold)
    pdf.add_font("rare", "", rare); pdf.add_font("rare", "B", rare); pdf.set_fallback_fonts(["rare"])
    pdf.set_margin(25); pdf.add_page()
    pdf.set_font("serif", "", 9); pdf.set_text_color(150, 30, 30); pdf.cell(0, 8, NOTICE, align="R", new_x="LMARGIN", new_y="NEXT")
    pdf.set_text_color(0); pdf.set_font("serif", "B", 20); pdf.ln(6); pdf.cell(0, 14, title, align="C", new_x="LMARGIN", new_y="NEXT"); pdf.ln(6)
    for heading, text in paragraphs:
        pdf.set_font("serif", "B", 13); pdf.multi_cell(0, 9, heading, new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("serif", "", 12); pdf.multi_cell(0, 8, text, new_x="LMARGIN", new_y="NEXT"); pdf.ln(3)
    pdf.output(path)

document("articles.pdf", "杭州示例青穗茶业有限公司章程", [
    ("第一条 名称和住所", "公司名称:杭州示例青穗茶业有限公司。公司住所:杭州市临安区示例路1号。"),
    ("第二条 经营范围", "茶叶种植、加工、销售;农产品初加工。(依法须经批准的项目,经相关部门批准后方可开展经营活动)"),
    ("第三条 注册资本", "公司注册资本为人民币壹佰万元整(1,000,000元),由全体股东自公司成立之日起五年内缴足。"),
    ("第四条 股东及出资", "陈素英,货币出资30万元,占30%;林嘉伟,货币出资25万元,占25%;吴敏,货币出资20万元,占20%;"
     "杭州示例云栖投资有限公司,货币出资15万元,占15%;龚𠮷,货币出资10万元,占10%。"),
    ("第五条 股东会", "股东会由全体股东组成,是公司的权力机构。股东会会议由股东按照出资比例行使表决权。"),
    ("第六条 执行董事和监事", "公司不设董事会,设执行董事一人;不设监事会,设监事一人,由陈素英担任。"),
    ("第七条 法定代表人", "公司的法定代表人由执行董事担任,由股东会选举产生。"),
    ("第八条 股权转让", "股东之间可以相互转让其全部或者部分股权。股东向股东以外的人转让股权的,应当将有关事项书面通知其他股东,其他股东在同等条件下有优先购买权。"),
    ("第九条 附则", "本章程经全体股东签署后生效。本章程未尽事宜,依照《中华人民共和国公司法》执行。"),
])
document("resolution.pdf", "首次股东会决议", [
    ("会议", "杭州示例青穗茶业有限公司全体股东以电子方式召开首次股东会,一致通过下列事项。"),
    ("一", "通过《杭州示例青穗茶业有限公司章程》。"),
    ("二", "选举执行董事一人,任期三年;选举陈素英为监事,任期三年。"),
    ("三", "委托何静办理公司设立登记事宜。"),
])
document("commitment.pdf", "简易注销全体投资人承诺书", [
    ("公司", "杭州示例旧梦餐饮有限公司(统一社会信用代码91330112MA0000111J)。"),
    ("承诺", "全体投资人承诺:公司申请注销登记前未发生债权债务,或者已将债权债务清偿完结;不存在未结清的清算费用、职工工资、"
     "社会保险费用、法定补偿金和应缴税款;不存在正在被立案调查、采取行政强制措施、司法协助或者被予以行政处罚等情形。"),
    ("责任", "全体投资人对以上承诺的真实性负责;承诺不实的,对公司注销登记前的债务承担连带责任(《中华人民共和国公司法》第二百四十条)。"),
    ("投资人", "沈书瑶,持股60%;许志远,持股40%。"),
    ("说明", "本办件为演示中的历史办件,情节为模拟:由演示程序在首次启动时生成,所载时间均为生成时的真实时间。"),
])

random.seed(62)
w, h = 1280, 960
photo = Image.new("RGB", (w, h))
for y in range(h):
    shade = 200 - y * 70 // h
    ImageDraw.Draw(photo).line([(0, y), (w, y)], fill=(shade, shade + 6, shade - 8))
draw = ImageDraw.Draw(photo)
draw.ellipse((390, 640, 890, 1240), fill=(74, 96, 112))
draw.rectangle((590, 560, 690, 700), fill=(214, 176, 148))
draw.ellipse((480, 230, 800, 640), fill=(226, 188, 160))
draw.pieslice((460, 190, 820, 560), 180, 360, fill=(92, 92, 96))
for x in (565, 690):
    draw.ellipse((x, 400, x + 34, 424), fill=(50, 40, 36))
draw.arc((580, 500, 700, 560), 20, 160, fill=(150, 80, 70), width=6)
draw.line((640, 430, 632, 490), fill=(190, 150, 124), width=6)
photo = photo.filter(ImageFilter.GaussianBlur(2))
noise = Image.effect_noise((w, h), 14).convert("RGB")
photo = Image.blend(photo, noise, 0.10)
draw = ImageDraw.Draw(photo)
draw.rectangle((0, 880, w, h), fill=(30, 30, 30))
draw.text((40, 892), "演示画像 SIMULATED · 非真人", font=ImageFont.truetype(str(bold), 44), fill=(255, 220, 120))
photo.resize((960, 720)).save("simulated-face.jpg", quality=80)
