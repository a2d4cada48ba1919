# SPDX-License-Identifier: GPL-2.0-or-later
"""Failures and what the caller is told of them: shapes beyond the rules' own examples."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vreview.analysis.complaint import by_name
from vreview.analysis.taught import knowledge_from
from vreview.analysis.types import is_narrow, is_unsigned, members_of
from vreview.errors import ConfigError

Found = Callable[[str], list[tuple[str, int]]]

DRIVER = """\
struct unit {{
	u32 level;
	int sign;
}};
static int start(struct unit *u)
{{
	int ret;

	ret = first(u);
	if (ret)
		return ret;
{body}
	return 0;
out:
	last(u);
	return ret;
}}
"""
BODY_AT = 12


def lines(found: Found, body: str, rule: str) -> list[int]:
    hits = found(DRIVER.format(body=body))
    return [line - BODY_AT for name, line in hits if name == rule]


@pytest.mark.parametrize(
    "body",
    [
        "\tp = kzalloc(8, GFP_KERNEL);\n\tif (!p)\n\t\tgoto out;",
        "\tp = dev_make(u);\n\tif (IS_ERR(p))\n\t\tgoto out;",
        '\tif (u->sign > 3) {\n\t\tdev_err(u->dev, "sign\\n"); goto out; }',
        '\tif (u->sign > 3 || u->sign < -3) {\n\t\tpr_err("sign\\n"); goto out; }',
        '\tif (u->sign > 3) {\n\t\tprintk(KERN_ERR "sign\\n"); goto out; }',
        "\tp = dev_make(u);\n\tif (IS_ERR(p))\n\t\treturn ret;",
    ],
)
def test_success_is_told_of_a_failure(found: Found, body: str) -> None:
    assert lines(found, body, "success-on-failure") != []


@pytest.mark.parametrize(
    "body",
    [
        "\tp = lookup(u);\n\tif (!p)\n\t\tgoto out;",
        "\tp = kzalloc(8, GFP_KERNEL);\n\tif (!p) {\n\t\tret = -ENOMEM;\n\t\tgoto out;\n\t}",
        '\tif (u->sign > 3) {\n\t\tdev_info(u->dev, "sign\\n"); goto out; }',
        '\tif (u->sign > 3) {\n\t\tprintk(KERN_INFO "sign\\n"); goto out; }',
        "\tp = kzalloc(8, GFP_KERNEL);\n\tif (!p)\n\t\tu->sign = 0;\n\tif (p)\n\t\tgoto out;",
        "\tp = dev_make(u);\n\tif (IS_ERR(p))\n\t\tgoto out; /* nothing to do without it */",
        "\tp = dev_make(u);\n\tif (IS_ERR(p)) {\n\t\tret = 0;\n\t\tgoto out;\n\t}",
    ],
)
def test_a_deliberate_success_is_let_be(found: Found, body: str) -> None:
    assert lines(found, body, "success-on-failure") == []


def test_a_call_that_hands_on_its_argument_hands_on_its_value(found: Found) -> None:
    body = '\tif (u->sign > 3)\n\t\treturn dev_err_probe(u->dev, ret, "sign\\n");'
    assert lines(found, body, "success-on-failure") == [1]


def test_a_switch_knows_what_its_case_says(found: Found) -> None:
    body = (
        "\tswitch (ret) {\n\tcase 0:\n\t\tbreak;\n\tdefault:\n"
        '\t\tdev_err(u->dev, "%d\\n", ret);\n\t\treturn ret;\n\t}'
    )
    assert lines(found, body, "success-on-failure") == []


def test_a_loop_brings_an_older_result(found: Found) -> None:
    body = (
        "\twhile (more(u)) {\n\t\tp = kzalloc(8, GFP_KERNEL);\n\t\tif (!p)\n\t\t\tgoto out;\n"
        "\t\tret = fill(p);\n\t\tif (ret)\n\t\t\tgoto out;\n\t}"
    )
    assert lines(found, body, "success-on-failure") == [3]


def test_an_unsigned_member_of_a_struct_in_sight_is_known(found: Found) -> None:
    body = "\tu->level = measure(u);\n\tif (u->level < 0)\n\t\treturn -EIO;"
    assert lines(found, body, "unsigned-error") == [1]


def test_a_signed_member_may_hold_an_error(found: Found) -> None:
    body = "\tu->sign = measure(u);\n\tif (u->sign < 0)\n\t\treturn u->sign;"
    assert lines(found, body, "unsigned-error") == []


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ("\tif (wait_for_completion_timeout(&u->done, HZ) < 0)\n\t\treturn -EIO;", [0]),
        ("\tif (!wait_for_completion_timeout(&u->done, HZ))\n\t\treturn -EIO;", []),
        ("\tret = i2c_transfer(u->bus, u->m, 2);\n\tif (ret)\n\t\treturn ret;", [1]),
        ("\tret = i2c_transfer(u->bus, u->m, 2);\n\tif (ret != 2)\n\t\treturn -EIO;", []),
        ("\tret = copy_from_user(u, p, 4);\n\tif (ret)\n\t\treturn -EFAULT;", []),
        ('\tret = sscanf(u->s, "%d", &u->sign);\n\tif (ret != 1)\n\t\treturn ret;', [2]),
        ('\tret = sscanf(u->s, "%d", &u->sign);\n\tif (ret != 1)\n\t\treturn -EINVAL;', []),
    ],
)
def test_results_are_what_the_table_says(found: Found, body: str, at: list[int]) -> None:
    assert lines(found, body, "wrong-error-test") == at


def test_no_truth_becomes_an_error_pointer(found: Found) -> None:
    text = (
        "static struct part *part_of(struct unit *u)\n{{\n\tint ret;\n\n"
        "\tret = -ENODEV;\n\tif (!u->on)\n\t\tgoto fail;\n\tret = {given}(u->p);\n"
        "\tif (ret)\n\t\tgoto fail;\n"
        "\treturn u->p;\nfail:\n\treturn ERR_PTR(ret);\n}}\n"
    )
    assert ("wrong-error-test", 8) in found(text.format(given="IS_ERR"))
    assert ("wrong-error-test", 8) not in found(text.format(given="PTR_ERR_OR_ZERO"))


def test_a_function_without_a_result_leaves_for_what_is_no_failure(found: Found) -> None:
    work = (
        "static void wake(struct unit *u)\n{{\n\tint ret = pm_runtime_get_sync(u->dev);\n\n"
        "\tif ({test}) {{\n\t\tpm_runtime_put(u->dev);\n\t\treturn;\n\t}}\n\tstart(u);\n}}\n"
    )
    assert ("wrong-error-test", 5) in found(work.format(test="ret"))
    assert ("wrong-error-test", 5) not in found(work.format(test="ret < 0"))


def test_an_unwinding_path_gives_no_truth_for_an_errno(found: Found) -> None:
    make = (
        "static int make(struct unit *u)\n{\n\tu->p = part(u);\n\tif (IS_ERR(u->p))\n"
        "\t\tgoto err_part;\n\treturn 0;\nerr_part:\n\tlast(u);\n\treturn IS_ERR(u->p);\n}\n"
    )
    asks = "static int broken(struct unit *u)\n{\n\treturn IS_ERR(u->p);\n}\n"
    assert ("wrong-error-test", 9) in found(make)
    assert not [name for name, _ in found(asks) if name == "wrong-error-test"]


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ('\tif (!u->sign) {\n\t\tpr_err("sign\\n");\n\t\tgoto out;\n\t}\n', [7]),
        ("\tif (!u->sign)\n\t\tgoto out;\n", []),
        ('\tif (!u->sign) {\n\t\tpr_err("sign\\n");\n\t\tret = 1;\n\t}\n', []),
    ],
)
def test_a_result_that_nothing_ever_sets_hides_a_reported_failure(
    found: Found, body: str, at: list[int]
) -> None:
    text = (
        "static int check(struct unit *u)\n{\n\tint ret = 0;\n\n"
        f"{body}\tlast(u);\nout:\n\treturn ret;\n}}\n"
    )
    assert [line for name, line in found(text) if name == "success-on-failure"] == at


def test_a_condition_that_warns_reports_a_failure(found: Found) -> None:
    assert lines(found, "\tif (WARN_ON(!u->sign))\n\t\tgoto out;", "success-on-failure")
    assert lines(found, "\tif (!u->sign)\n\t\tgoto out;", "success-on-failure") == []


def test_what_is_tidied_up_behind_a_label_is_no_reason_to_come_there(found: Found) -> None:
    text = (
        "static int start(struct unit *u)\n{{\n\tint i, ret;\n\n\tret = first(u);\n\tif (ret)\n"
        "\t\treturn ret;\n\tu->p = kzalloc(8, GFP_KERNEL);\n\tif (!u->p)\n\t\t{leaves}\n"
        "\tret = second(u);\n\tif (ret)\n\t\tgoto out;\n\treturn 0;\nout:\n"
        "\tfor (i = 0; i < u->parts; i++)\n\t\tlast(u, i);\n\treturn ret;\n}}\n"
    )
    assert ("success-on-failure", 10) in found(text.format(leaves="goto out;"))
    told = found(text.format(leaves="{ ret = -ENOMEM; goto out; }"))
    assert not [name for name, _ in told if name == "success-on-failure"]


@pytest.mark.parametrize(
    ("leaves", "end", "at"),
    [
        ("goto done;", "return 0;", [1]),
        ('pr_err("level\\n");\n\tgoto done;', "return 0;", [1]),
        ("u->sign = 1;\n\tgoto done;", "return 0;", []),
        ("goto done;", "return ret;", []),
        ("goto done;", "return u->sign;", []),
        ("goto done;", "return -EIO;", []),
    ],
)
def test_an_error_that_leaves_with_success(
    found: Found, leaves: str, end: str, at: list[int]
) -> None:
    text = (
        f"static int f(struct unit *u)\n{{\n\tint ret;\n\tif (u->level) {{\n\tret = -EINVAL;\n"
        f"\t{leaves}\n\t}}\n\tfirst(u);\ndone:\n\tlast(u);\n\t{end}\n}}\n"
    )
    hits = [line - 4 for name, line in found(text) if name == "error-becomes-success"]
    assert hits == at


def test_an_error_that_a_later_line_reads_is_not_lost(found: Found) -> None:
    read = "\tret = -EIO;\n\tif (u->sign)\n\t\tret = 0;\n\treport(ret);"
    lost = "\tret = -EIO;\n\tu->sign = 1;"
    assert lines(found, read, "lost-error") == []
    assert lines(found, lost, "lost-error") == [0]


def test_a_result_is_looked_at_or_is_not(found: Found) -> None:
    assert lines(found, "\tclk_prepare_enable(u->clk);", "unchecked-result") == [0]
    assert (
        lines(found, "\tif (clk_prepare_enable(u->clk))\n\t\tgoto out;", "unchecked-result") == []
    )
    assert lines(found, "\t(void)clk_prepare_enable(u->clk);", "unchecked-result") == []


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("dev_err", "error"),
        ("netdev_err_once", "error"),
        ("DRM_DEV_ERROR", "error"),
        ("NL_SET_ERR_MSG_MOD", "error"),
        ("dev_warn_ratelimited", "warning"),
        ("printk", "printk"),
        ("dev_dbg", ""),
        ("dev_info", ""),
        ("set_error_mask", ""),
    ],
)
def test_a_message_has_a_level(name: str, level: str) -> None:
    assert by_name(name) == level


@pytest.mark.parametrize(
    "kind", ["u8", "unsigned int", "size_t", "static unsigned", "__u16", "bool"]
)
def test_unsigned_types(kind: str) -> None:
    assert is_unsigned(kind)


@pytest.mark.parametrize("kind", ["int", "s32", "ssize_t", "enum x", "u8*", "something_t", ""])
def test_types_that_may_be_negative(kind: str) -> None:
    assert not is_unsigned(kind)


def test_only_types_below_an_int_are_narrow() -> None:
    assert is_narrow("u16")
    assert not is_narrow("u32")
    assert not is_narrow("short")


def test_a_member_that_two_structs_declare_differently_has_no_type() -> None:
    text = b"struct a {\n\tu32 n;\n\tint m;\n};\nstruct b {\n\tint n;\n};\n"
    assert members_of(text) == {"n": "", "m": "int"}


def test_a_result_of_an_unknown_kind_is_refused() -> None:
    row = {"calls": ["f"], "success": "maybe"}
    with pytest.raises(ConfigError, match="`success` must be one of"):
        knowledge_from({"returns": {"returns": [row]}})


@pytest.mark.parametrize(
    ("call", "told"), [("READ_ALL(u, ret);", []), ("read_all(u);", [0])], ids=["macro", "call"]
)
def test_a_call_that_names_the_variable_may_set_it(
    found: Found, call: str, told: list[int]
) -> None:
    body = f"\t{call}\n\tif (ret)\n\t\treturn ret;"
    assert lines(found, body, "stale-test") == told


def test_a_count_that_is_told_apart_is_no_errno(found: Found) -> None:
    test = "\tret = dma_map_sg(u->dev, u->sg, 2, 1);\n"
    body = "\tif (ret > 0)\n\t\tstart_it(u);\n\tif (ret >= 0)\n\t\tret = -EIO;"
    assert lines(found, test + body, "wrong-error-test") == []
    assert lines(found, test + "\tif (ret < 0)\n\t\treturn ret;", "wrong-error-test") == [1]


def test_nothing_found_is_no_failure_where_one_is_the_success(found: Found) -> None:
    text = """
int probe(struct unit *u)
{
	int ret = first(u);

	if (ret < 0)
		return -EIO;
	ret = 0;
	if (u->level > 3) {
		dev_err(u->dev, "no page");
		goto out;
	}
	ret = {success};
out:
	last(u);
	return ret;
}"""
    rule = "success-on-failure"
    assert [line for name, line in found(text.replace("{success}", "1")) if name == rule] == []


def test_a_call_that_gave_what_was_asked_for_is_no_failure(found: Found) -> None:
    text = """
int map(struct unit *u)
{
	int ret;

	if (u->base)
		return 0;
	ret = first(u);
	if (ret)
		goto out_pool;
	u->base = ioremap(u->phys, 8);
	if (!u->base) {
		ret = -ENOMEM;
		goto out_pool;
	}
	goto out;
out_pool:
	drop_pool(u);
out:
	last(u);
	return ret;
}"""
    assert [line for name, line in found(text) if name == "success-on-failure"] == []


@pytest.mark.parametrize(
    ("comment", "told"),
    [("/* it may be on already */", [1]), ("/* cannot fail: the rate is fixed */", [])],
)
def test_a_comment_says_why_nobody_looks(found: Found, comment: str, told: list[int]) -> None:
    body = f"\t{comment}\n\tclk_prepare_enable(u->clk);"
    assert lines(found, body, "unchecked-result") == told
    again = f"{body}\n\tu->level = 1;\n\tu->sign = 2;\n\tclk_prepare_enable(u->clk);"
    assert lines(found, again, "unchecked-result") == told


def test_what_was_not_copied_is_0_where_it_is_not_above(found: Found) -> None:
    text = """
long f(struct unit *u, void __user *to)
{
	int n = start(u);

	if (n)
		return -EIO;
	n = copy_to_user(to, u, 4);
	if (n > 0)
		return -EFAULT;
	return n;
}"""
    assert [line for name, line in found(text) if name == "wrong-error-test"] == []
    unasked = text.replace("\tif (n > 0)\n\t\treturn -EFAULT;\n", "")
    assert [line for name, line in found(unasked) if name == "wrong-error-test"] == [9]


def test_0_is_the_rest_where_less_was_asked_before(found: Found) -> None:
    text = """
int f(struct unit *u, struct device_node *np)
{
	u->irq = of_irq_get_byname(np, "a");
	if (u->irq < 0)
		return u->irq;
	if (!u->irq)
		return -EINVAL;
	return 0;
}"""
    assert [line for name, line in found(text) if name == "wrong-error-test"] == []


def test_what_puts_back_the_old_is_not_asked(found: Found) -> None:
    body = "\t/* undo the setting */\n\tclk_prepare_enable(u->clk);"
    assert lines(found, body, "unchecked-result") == []


def test_no_memory_is_a_failure_where_one_is_the_success(found: Found) -> None:
    text = """
int probe(struct unit *u)
{
	int ret = first(u);

	if (ret < 0)
		return -EIO;
	ret = 0;
	u->page = kzalloc(8, GFP_KERNEL);
	if (!u->page)
		goto out;
	ret = 1;
out:
	last(u);
	return ret;
}"""
    assert [line for name, line in found(text) if name == "success-on-failure"] == [11]


def test_an_allocator_in_view_that_gives_numbers_gives_0_for_success(found: Found) -> None:
    text = """
static int unit_alloc_from(struct unit *u, int from)
{
	if (from > 3)
		return -ENOMEM;
	return 0;
}
int f(struct unit *u)
{
	int ret = 0;

	if (!unit_alloc_from(u, 1))
		goto out;
	if (ask(u))
		ret = -EIO;
out:
	last(u);
	return ret;
}"""
    assert [line for name, line in found(text) if name == "success-on-failure"] == []


def test_a_function_that_turns_codes_into_errnos_gives_them_without_a_sign(found: Found) -> None:
    text = """
int code_to_errno(u8 code)
{
	switch (code) {
	case 1:
		return EINVAL;
	case 2:
		return ENOTCONN;
	default:
		return EIO;
	}
}"""
    assert [line for name, line in found(text) if name == "positive-errno"] == []
    two = text.replace("\tcase 2:\n\t\treturn ENOTCONN;\n", "")
    assert [line for name, line in found(two) if name == "positive-errno"] != []


def test_nothing_there_is_no_failure_where_0_is_meant(found: Found) -> None:
    text = """
int f(struct unit *u)
{
	int rc = first(u);

	if (rc)
		return -EIO;
	rc = 0;
	u->page = follow_it(u);
	if (IS_ERR_OR_NULL(u->page))
		goto out;
	rc = done(u);
out:
	last(u);
	return rc;
}"""
    assert [line for name, line in found(text) if name == "success-on-failure"] == []


def test_a_comment_says_that_it_need_not_fail(found: Found) -> None:
    body = "\t/* so don't fail completely on error */\n\tclk_prepare_enable(u->clk);"
    assert lines(found, body, "unchecked-result") == []


def test_turning_it_off_is_teardown(found: Found) -> None:
    text = """
static int set_enabled(struct unit *u, bool on)
{
	if (u->sign)
		return -EIO;
	u->level = on;
	return 0;
}
int one(struct unit *u)
{
	int ret = set_enabled(u, true);

	if (ret)
		return ret;
	ret = set_enabled(u, u->level);
	if (ret)
		return ret;
	use(u);
	set_enabled(u, %s);
	return 0;
}"""
    told = {w: [n for n, _ in found(text % w) if n == "unchecked-result"] for w in ("false", "on")}
    assert told == {"false": [], "on": ["unchecked-result"]}


def test_what_is_not_supported_is_not_asked_for(found: Found) -> None:
    text = """
int map(struct unit *u)
{
	int ret;

	if (u->base)
		return 0;
	ret = first(u);
	if (ret)
		goto out;
	if (!unit_forward_supported(u))
		goto out;
	ret = second(u);
	if (ret)
		goto out;
	return 0;
out:
	last(u);
	return ret;
}"""
    assert [line for name, line in found(text) if name == "success-on-failure"] == []
    other = text.replace("unit_forward_supported", "unit_begin")
    assert [line for name, line in found(other) if name == "success-on-failure"] != []


def test_no_error_pointer_is_not_no_memory(found: Found) -> None:
    text = """
int f(struct unit *u)
{
	int err = first(u);

	if (err)
		return -EIO;
	u->format = unit_reformat_alloc(u);
	if (IS_ERR(u->format)) {
		err = PTR_ERR(u->format);
		goto out;
	}
	u->sign = 1;
	return err;
out:
	last(u);
	return err;
}"""
    assert [line for name, line in found(text) if name == "success-on-failure"] == []
