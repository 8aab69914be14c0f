"""Pay from the price that is shown to the payment: over HTTP with crashes between, and in the browser."""
import csv, io, os, time
import pytest

from conftest import PASSWORD
from test_browser import World, browser, playwright, pytestmark as needs_browser, world  # noqa: F401

ANSWER = {"annotations": [{"class": "mood", "option": "good"}], "active_seconds": 3}
RATE = {"currency": "USD", "answer": "0.10", "hourly_floor": "6", "settles_after_hours": 0}


@pytest.fixture
def paid(assay):
    """A project that pays, its operator and one worker."""
    assay.key = assay.client()
    assay.run("user", "create", "op@x.org", "--operator", "--password-stdin", stdin=PASSWORD + "\n")
    assay.worker("w@x.org"); assay.start()
    assay.one = assay.project(assay.key, name="Moods")
    assay.load(assay.key, assay.one, [{"text": f"soup {i}"} for i in range(20)])
    assay.operator, assay.hand = assay.signed_in("op@x.org"), assay.signed_in("w@x.org")
    assert assay.send("PUT", f"/api/pay/{assay.one}", {"rates": [RATE]}, assay.operator)[0] == 200
    return assay


def answer(assay, count=1):
    for _ in range(count):
        lease = assay.send("POST", f"/api/work/{assay.one}/leases", {}, assay.hand)[1]["leases"][0]
        assert lease["pay"]["answer"] == "0.10" and lease["pay"]["difficulty_percent"] == 100
        assert assay.send("POST", f"/api/work/{assay.one}/leases/{lease['id']}/answer", ANSWER, assay.hand)[0] == 200


def total(assay, wanted=None):
    """What the worker is told, once `wanted` answers are in the books."""
    for _ in range(100):
        found = assay.send("GET", "/api/me/earnings", token=assay.hand)[1]
        one = found["totals"][0] if found["totals"] else None
        if wanted is None or (one and one["answers"] == wanted and one["pending"] == "0.00"): return one
        time.sleep(0.1)
    raise AssertionError(found["totals"])


def add_up(assay):
    """The law of the books."""
    assert assay.send("GET", "/api/ledger/faults", token=assay.operator)[1]["items"] == []
    assert sum(float(row["balance"]) for row in assay.send("GET", "/api/ledger", token=assay.operator)[1]["items"]) == pytest.approx(0, abs=1e-9)


def test_every_answer_is_paid_once_whenever_the_server_is_killed(paid):
    for _ in range(4):
        answer(paid, 3); paid.kill(); paid.start()
    assert total(paid, 12)["settled"] == "1.20"
    add_up(paid)
    paid.send("PUT", "/api/me/profile", {"name": "Wanjiru", "account": "mpesa 0700", "currency": "USD"}, paid.hand)
    order = {"currency": "USD", "key": "first"}
    status, run = paid.send("POST", "/api/payouts", order, paid.operator)
    assert status == 201 and run["amount"] == "1.20" and run["payments"] == 1
    paid.kill(); paid.start()
    again = paid.send("POST", "/api/payouts", order, paid.operator)[1]
    assert again["id"] == run["id"] and again["amount"] == "1.20"
    assert paid.send("POST", "/api/payouts", {"currency": "USD"}, paid.operator)[0] == 409
    answer(paid, 1)
    now = total(paid, 13)
    assert (now["ordered"], now["settled"], now["paid"]) == ("1.20", "0.10", "0.00")
    confirm = lambda body: paid.send("POST", f"/api/payouts/{run['id']}/confirmation", body, paid.operator)
    for wrong in ("x", [], [{"worker": "w"}], {"?": "x"}): assert confirm({"returned": wrong})[0] == 422
    assert confirm({})[0] == 200 and confirm({})[0] == 200
    now = total(paid, 13)
    assert (now["ordered"], now["settled"], now["paid"]) == ("0.00", "0.10", "1.20")
    add_up(paid)


def test_a_bank_can_read_the_file(paid):
    xmlschema = pytest.importorskip("xmlschema"); sepaxml = pytest.importorskip("sepaxml")
    answer(paid, 2); total(paid, 2)
    file = lambda run, kind: paid.send("GET", f"/api/payouts/{run['id']}/file?format={kind}", token=paid.operator)
    for account, name in (("DE89 3704 0044 0532 0130 00", "Jürgen <Ødegård> & \"Söhne\""), ("provider:1234", "-=HYPERLINK(1)")):
        profile = {"name": name, "account": account, "bic": "COBADEFFXXX" if account.startswith("DE") else ""}
        assert paid.send("PUT", "/api/me/profile", profile, paid.hand)[0] == 200
        run = paid.send("POST", "/api/payouts", {"currency": "USD"}, paid.operator)[1]
        if account.startswith("DE"):
            assert file(run, "pain.001")[0] == 422 and "PUT /api/payer" in str(file(run, "pain.001")[1])
            payer = {"name": "Assay Operator", "account": "GB82 WEST 1234 5698 7654 32", "bic": "WESTGB22"}
            assert paid.send("PUT", "/api/payer", payer, paid.operator)[0] == 200
        status, text = file(run, "pain.001")
        assert status == 200
        xml = text.decode() if isinstance(text, bytes) else text
        schema = xmlschema.XMLSchema(os.path.join(os.path.dirname(sepaxml.__file__), "schemas/pain.001.001.09.xsd"))
        schema.validate(xml)
        read = schema.to_dict(xml)["CstmrCdtTrfInitn"]
        block = read["PmtInf"][0]; transfer = block["CdtTrfTxInf"][0]
        assert str(read["GrpHdr"]["CtrlSum"]) == run["amount"] == str(transfer["Amt"]["InstdAmt"]["$"])
        assert transfer["Amt"]["InstdAmt"]["@Ccy"] == "USD" and transfer["Cdtr"]["Nm"] == name
        account_id = transfer["CdtrAcct"]["Id"]
        assert account_id.get("IBAN", account_id.get("Othr", {}).get("Id")) == account.replace(" ", "")
        rows = list(csv.DictReader(io.StringIO(file(run, "csv")[1].decode())))
        assert rows[0]["amount"] == run["amount"] and rows[0]["payment"] == transfer["PmtId"]["EndToEndId"]
        assert rows[0]["name"] == ("'" + name if name.startswith("-") else name)
        # What came back is owed again, and goes into the next run.
        back = {"returned": {rows[0]["worker"]: "account closed"}}
        assert paid.send("POST", f"/api/payouts/{run['id']}/confirmation", back, paid.operator)[1]["returned"] == 1
    add_up(paid)


def test_wrong_money_is_refused_and_says_where(paid):
    put = lambda body: paid.send("PUT", f"/api/pay/{paid.one}", body, paid.operator)
    for rate, place in (({"currency": "usd", "answer": "1"}, "rates[0].currency"), ({"currency": "USD", "answer": "-1"}, "rates[0].answer"),
                        ({"currency": "USD", "answer": "0.0000001"}, "rates[0].answer"), ({"currency": "USD", "answer": "1e3"}, "rates[0].answer"),
                        ({"currency": "USD", "answer": "10000.01"}, "rates[0].answer"), ({"currency": "USD"}, "rates[0].answer"),
                        ({"currency": "USD", "answer": "99999999999999999999"}, "rates[0].answer"), ({"currency": "USD", "price": "1"}, "rates[0].price"),
                        ({"currency": "USD", "answer": "1", "unit_is": "hour"}, "rates[0].unit_is")):
        status, problem = put({"rates": [rate]})
        assert status == 422 and problem["place"] == place, (rate, problem)
    assert put({"rates": []})[0] == 422 and put({"rates": [RATE, RATE]})[0] == 422
    assert paid.send("PUT", "/api/pay/0123456789abcdef01234567", {"rates": [RATE]}, paid.operator)[0] == 404
    # Nothing of it changed the price, and nobody but the operator sets it.
    assert paid.send("GET", f"/api/pay/{paid.one}", token=paid.operator)[1]["items"][0]["version"] == 1
    for token in (paid.key, paid.hand): assert paid.send("PUT", f"/api/pay/{paid.one}", {"rates": [RATE]}, token)[0] == 403
    for path in ("/api/me/earnings", "/api/me/profile"): assert paid.send("GET", path, token=paid.operator)[0] == 403
    # A forged time counts no longer than the task was held.
    lease = paid.send("POST", f"/api/work/{paid.one}/leases", {}, paid.hand)[1]["leases"][0]
    paid.send("POST", f"/api/work/{paid.one}/leases/{lease['id']}/answer", {**ANSWER, "active_seconds": 86400}, paid.hand)
    total(paid, 1)
    item = paid.send("GET", "/api/me/earnings", token=paid.hand)[1]["items"][0]
    assert item["claimed_seconds"] == 86400 and item["active_seconds"] < 30 and item["amount"] == "0.10"
    # What was handed out before pay ended keeps its price; what comes after has none.
    lease = paid.send("POST", f"/api/work/{paid.one}/leases", {}, paid.hand)[1]["leases"][0]
    assert paid.send("DELETE", f"/api/pay/{paid.one}", token=paid.operator)[0] == 204
    assert "pay" not in paid.send("POST", f"/api/work/{paid.one}/leases", {}, paid.hand)[1]["leases"][0]
    paid.send("POST", f"/api/work/{paid.one}/leases/{lease['id']}/answer", ANSWER, paid.hand)
    assert total(paid, 2)["settled"] == "0.20"
    table = list(csv.DictReader(io.StringIO(paid.send("GET", "/api/me/earnings.csv", token=paid.hand)[1].decode())))
    assert [row["amount"] for row in table] == ["0.10", "0.10"] and table[0]["reckoning"] == "answer 0.10"


@pytest.mark.parametrize("scheme,width,locale", [("light", 1280, "en"), ("dark", 390, "ar"), ("light", 390, "zh"), ("dark", 1280, "en")])
def test_a_worker_sees_what_they_earn_and_why(world, scheme, width, locale):  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    assay = world.assay
    assay.run("user", "create", "op@x.org", "--operator", "--password-stdin", stdin=PASSWORD + "\n")
    operator = assay.signed_in("op@x.org")
    rates = [{"currency": "USD", "answer": "0.035", "active_minute": "0.06", "hourly_floor": "9"}, {"currency": "EUR", "answer": "0.03"}]
    assay.send("PUT", f"/api/pay/{world.texts}", {"rates": rates, "difficulty": {"default": 150}}, operator)
    hand = assay.signed_in("w@x.org"); me = assay.send("GET", "/api/session", token=hand)[1]["id"]
    for _ in range(3):
        lease = assay.send("POST", f"/api/work/{world.texts}/leases", {}, hand)[1]["leases"][0]
        assay.send("POST", f"/api/work/{world.texts}/leases/{lease['id']}/answer", {**ANSWER, "active_seconds": 45}, hand)
    assay.send("POST", f"/api/workers/{me}/adjustments", {"amount": "5", "currency": "USD", "reason": "Fine work in July", "key": "j"}, operator)
    for _ in range(50):
        items = assay.send("GET", "/api/me/earnings", token=hand)[1]["items"]
        if len(items) == 3: break
        time.sleep(0.1)
    assay.send("PUT", f"/api/earnings/{items[0]['answer']}/hold", {"reason": "Looked at by hand"}, operator)
    context = world.browser.new_context(locale=locale, viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce")
    page = world.page(context=context); page.goto(assay.url)
    page.locator("input[type=email]").fill("w@x.org"); page.locator("input[type=password]").fill(PASSWORD); page.keyboard.press("Enter")
    card = page.locator("article", has=page.locator(f"a[href='#/work/{world.texts}']")); card.wait_for()
    price = card.inner_text()
    if locale == "en": assert "$0.035 an answer · $0.06 a minute at work · at least $9.00 an hour" in price, price
    world.shot(page, f"pay-queue-{scheme}-{width}")
    card.locator("a.primary").click(); page.locator("footer .timer").wait_for()
    if locale == "en": page.get_by_text("×1.5 for how hard it is").wait_for()
    page.goto(assay.url + "#/earnings"); page.locator("form select[name=currency]").wait_for()
    assert page.locator("tbody tr").count() == 3
    if locale == "en":
        page.get_by_text("Looked at by hand").wait_for(); page.get_by_text("Fine work in July").wait_for()
        assert "$5.00" in page.locator(".tiles").inner_text()
    assert page.get_by_role("button", name="Show earlier ones").count() == 0
    world.shot(page, f"pay-sums-{scheme}-{width}")
    page.locator("tbody tr", has_text="Looked at by hand").locator("button").click(); page.locator("dialog textarea").fill("I read it twice"); page.locator("dialog button[type=submit]").click()
    page.locator("tbody").get_by_text("I read it twice").wait_for()
    assert assay.send("GET", "/api/appeals", token=operator)[1]["items"][0]["appeal"]["text"] == "I read it twice"
    page.locator("form select[name=currency]").select_option("EUR")
    page.locator("form select[name=country]").select_option("KE")
    page.locator("form input[name=name]").fill("Wanjirũ"); page.locator("form input[name=account]").fill("GB82 WEST 1234 5698 7654 33")
    page.locator("form button[type=submit]").click(); page.locator(".toast.problem").wait_for()
    page.locator("form input[name=account]").fill("GB82 WEST 1234 5698 7654 32")
    page.locator("fieldset button").last.click(); page.locator("fieldset select").first.select_option("sw")
    page.locator("form button[type=submit]").click(); page.locator(".toast:not(.problem)").wait_for()
    said = assay.send("GET", "/api/me/profile", token=hand)[1]
    assert (said["currency"], said["country"], said["account"], said["languages"][0]["tag"]) == ("EUR", "KE", "GB82WEST12345698765432", "sw")
    world.shot(page, f"pay-earnings-{scheme}-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in axe.run(page).response["violations"]] == []
    assert ["422" in problem for problem in page.problems] == [True]


@pytest.mark.parametrize("scheme,width", [("light", 1280), ("dark", 390), ("light", 390), ("dark", 1280)])
def test_the_operator_sets_pay_and_orders_payments(world, scheme, width):  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    assay = world.assay
    assay.run("user", "create", "op@x.org", "--operator", "--password-stdin", stdin=PASSWORD + "\n")
    hand = assay.signed_in("w@x.org")
    assay.send("PUT", "/api/me/profile", {"name": "Wanjiru", "account": "mpesa 0700"}, hand)
    page = world.signed_in("op@x.org", scheme=scheme, width=width)
    page.get_by_role("link", name="Pay", exact=True).click()
    page.get_by_role("row", name="Moods").get_by_role("button", name="Set pay").click()
    # What is refused stays as it was typed.
    page.get_by_label("For an answer").fill("cheap"); page.get_by_label("An hour earns at least").fill("9"); page.get_by_label("Hours until it is owed").fill("0")
    page.get_by_role("button", name="Save").click(); page.get_by_role("dialog").get_by_role("alert").filter(has_text="answer").wait_for()
    world.shot(page, f"pay-refused-{scheme}-{width}")
    assert page.get_by_label("For an answer").input_value() == "cheap" and page.get_by_label("An hour earns at least").input_value() == "9"
    page.get_by_label("For an answer").fill("0.2")
    world.shot(page, f"pay-rate-{scheme}-{width}")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("$0.20 an answer · at least $9.00 an hour").wait_for()
    lease = assay.send("POST", f"/api/work/{world.texts}/leases", {}, hand)[1]["leases"][0]
    # All of its time is believed, so that nothing of it can be disputed.
    assay.send("POST", f"/api/work/{world.texts}/leases/{lease['id']}/answer", {**ANSWER, "active_seconds": 0}, hand)
    page.get_by_role("button", name="Bonus or correction").click()
    page.get_by_label("Amount; below 0").fill("5"); page.get_by_label("Reason, which").fill("Fine work"); page.get_by_role("button", name="Enter it").click()
    for _ in range(50):
        page.reload(); page.get_by_role("heading", name="Books").wait_for()
        if page.get_by_role("row", name="w@x.org").get_by_text("$5.20").count(): break
        page.wait_for_timeout(200)
    page.get_by_role("button", name="Say who pays").click()
    page.get_by_label("Name").fill("Operator"); page.get_by_label("Account").fill("GB82 WEST 1234 5698 7654 33"); page.get_by_role("button", name="Save").click()
    page.get_by_role("dialog").get_by_role("alert").filter(has_text="ccount").wait_for()
    page.get_by_label("Account").fill("GB82 WEST 1234 5698 7654 32"); page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Paid by Operator").wait_for()
    page.get_by_role("button", name="Order payments").click(); page.get_by_role("button", name="Order", exact=True).click()
    page.get_by_role("link", name="pain.001").wait_for()
    with page.expect_download() as file: page.get_by_role("link", name="pain.001").click()
    assert "<IBAN>GB82WEST12345698765432</IBAN>" in open(file.value.path(), encoding="utf-8").read()
    page.get_by_role("button", name="Confirm").click(); page.get_by_role("dialog").get_by_role("button", name="Confirm").click()
    page.get_by_text("confirmed").wait_for(); page.get_by_role("button", name="Add the books up").click(); page.get_by_text("The books add up").wait_for()
    # A decision that a worker appeals is looked at again.
    item = assay.send("GET", "/api/me/earnings", token=hand)[1]["items"][0]
    lease = assay.send("POST", f"/api/work/{world.texts}/leases", {}, hand)[1]["leases"][0]
    operator = assay.signed_in("op@x.org")
    assay.send("PUT", f"/api/pay/{world.texts}", {"rates": [{"currency": "USD", "answer": "0.5"}]}, operator)
    lease = assay.send("POST", f"/api/work/{world.texts}/leases", {}, hand)[1]["leases"][0]
    receipt = assay.send("POST", f"/api/work/{world.texts}/leases/{lease['id']}/answer", ANSWER, hand)[1]
    hold = lambda: assay.send("PUT", f"/api/earnings/{receipt['id']}/hold", {"reason": "Too quick"}, operator)[0]
    for _ in range(50):
        if hold() == 200: break
        page.wait_for_timeout(100)
    assert assay.send("PUT", f"/api/me/earnings/{receipt['id']}/appeal", {"text": "It was an easy one"}, hand)[0] == 201
    assert assay.send("PUT", f"/api/me/earnings/{item['answer']}/appeal", {"text": "?"}, hand)[0] == 409
    page.reload(); page.get_by_role("row", name="It was an easy one").get_by_role("button", name="Decide").click()
    page.get_by_label("Reason, which the worker reads").fill("So it was"); page.get_by_role("dialog").get_by_role("button", name="Decide").click()
    page.get_by_role("row", name="It was an easy one").wait_for(state="detached")
    found = assay.send("GET", "/api/me/earnings", token=hand)[1]["items"][0]
    assert found["state"] == "pending" and found["appeal"]["state"] == "granted" and found["appeal"]["reply"] == "So it was"
    world.shot(page, f"pay-operator-{scheme}-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in axe.run(page).response["violations"]] == []
    assert ["422" in problem for problem in page.problems] == [True, True]


def test_a_worker_is_invited_says_who_they_are_and_gets_the_work_that_asks_for_it(world):  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    assay = world.assay
    assay.run("user", "create", "op@x.org", "--operator", "--password-stdin", stdin=PASSWORD + "\n")
    page = world.signed_in("op@x.org")
    clean = lambda p: [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in axe.run(p).response["violations"]]
    page.get_by_role("link", name="Board", exact=True).click()
    page.get_by_role("row", name="Moods").get_by_role("button", name="Who may work").click()
    page.get_by_text("This rule admits 1 of 1 workers now.").wait_for()
    page.get_by_role("button", name="Add a language").click(); page.get_by_label("Language", exact=True).last.select_option("sw")
    page.get_by_text("This rule admits 0 of 1 workers now.").wait_for()
    page.get_by_label("Only these countries").fill("ke, ug"); assert clean(page) == []
    world.shot(page, "eligibility")
    page.get_by_role("button", name="Save").click(); page.get_by_role("dialog").wait_for(state="detached")
    page.get_by_role("link", name="Workers", exact=True).click(); page.get_by_role("button", name="Invite people").click()
    page.get_by_label("Addresses").fill("ada"); page.get_by_role("button", name="Make the links").click()
    page.get_by_role("dialog").get_by_role("alert").filter(has_text="ada").wait_for()
    page.get_by_label("Addresses").fill("ada@x.org"); page.get_by_role("button", name="Make the links").click()
    link = page.get_by_label("Link for ada@x.org").input_value(); page.get_by_role("button", name="Done").click()
    page.get_by_role("row", name="ada@x.org").get_by_text("invited").wait_for(); assert clean(page) == []
    world.shot(page, "workers")
    # The link works once, in any browser.
    ada = world.page(); ada.goto(link)
    ada.get_by_label("Password").fill(PASSWORD); ada.get_by_role("button", name="Join").click()
    ada.get_by_role("heading", name="Work").wait_for()
    closed = ada.locator("article", has_text="Moods")
    assert "Not open to you. It asks for: Swahili (fluent) · people of other countries" in closed.inner_text()
    assert ada.locator("article", has_text="Pictures").get_by_role("link", name="Start labelling").count() == 1
    world.shot(ada, "closed-project"); assert clean(ada) == []
    token = assay.signed_in("ada@x.org")
    status, problem = assay.send("POST", f"/api/work/{world.texts}/leases", {}, token)
    assert status == 403 and problem["type"].endswith("not-eligible") and "the language sw, fluent" in problem["detail"]
    closed.get_by_role("link", name="Say more of yourself").click()
    ada.get_by_label("Country").select_option("KE")
    ada.get_by_role("button", name="Add a language").click(); ada.get_by_label("Language", exact=True).last.select_option("sw"); ada.get_by_label("Level").last.select_option("native")
    ada.get_by_role("button", name="Save").click(); ada.get_by_text("Saved.").wait_for()
    lease = assay.send("POST", f"/api/work/{world.texts}/leases", {}, token)[1]["leases"][0]
    # What is in hand may be finished under a rule that came later.
    operator = assay.signed_in("op@x.org")
    assert assay.send("PUT", f"/api/eligibility/{world.texts}", {"skills": ["law"]}, operator)[1]["admitted"] == 0
    assert assay.send("POST", f"/api/work/{world.texts}/leases/{lease['id']}/answer", ANSWER, token)[0] == 200
    assert assay.send("POST", f"/api/work/{world.texts}/leases", {}, token)[0] == 403
    page.get_by_role("row", name="ada@x.org").get_by_role("button", name="Put out").click()
    page.get_by_role("row", name="ada@x.org").get_by_text("suspended").wait_for()
    assert assay.send("GET", "/api/work", token=token)[0] == 401
    again = world.page(); again.goto(link); again.get_by_text("has been used").wait_for()
    assert ["422" in problem for problem in page.problems] == [True] and ada.problems == []
