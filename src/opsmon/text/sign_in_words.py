"""What the pages of sign-in say."""

from collections.abc import Mapping

from opsmon.text.bilingual import Text

WORDS: Mapping[str, Text] = {
    "sign_in": Text("Sign in", "登录"),
    "sign_out": Text("Sign out", "退出登录"),
    "name": Text("Name", "用户名"),
    "password": Text("Password", "密码"),
    "stay": Text("Stay signed in on this device for 30 days", "在本机保持登录 30 天"),
    "wrong": Text("That is no name with its password.", "用户名或密码不正确。"),
    "later": Text("Too many attempts. Try again in {seconds} s.", "尝试次数过多，请 {seconds} 秒后再试。"),
    "busy": Text("Too many people sign in at present. Try again in a moment.", "当前登录人数过多，请稍后再试。"),
    "new_window": Text("in a new window", "在新窗口中"),
    "go_on": Text("I have signed in there: go on", "已在新窗口登录，继续"),
    "signed_out": Text("You are signed out.", "您已退出登录。"),
    "no_accounts": Text(
        "There is no account yet. On this machine: opsmon user add NAME --role admin",
        "还没有账号。请在本机运行：opsmon user add 用户名 --role admin",
    ),
    "account": Text("Account", "账号"),
    "role": Text("Role", "角色"),
    "scope": Text("Scope", "范围"),
    "everything": Text("everything", "全部"),
    "money": Text("Penalties and budgets", "扣罚与预算"),
    "seen": Text("shown", "可见"),
    "unseen": Text("hidden", "不可见"),
    "sessions": Text("Where you are signed in", "已登录的设备"),
    "began": Text("Since", "登录时间"),
    "last_seen": Text("Last request", "最近访问"),
    "address": Text("Address", "地址"),
    "browser": Text("Browser", "浏览器"),
    "this_one": Text("this one", "当前"),
    "end": Text("End", "结束"),
    "end_others": Text("End all others", "结束其他全部登录"),
    "wrong_old": Text("That is not your present password.", "当前密码不正确。"),
    "change_password": Text("Change the password", "修改密码"),
    "old_password": Text("Present password", "当前密码"),
    "new_password": Text("New password, at least 10 characters", "新密码（至少 10 个字符）"),
    "others_end": Text("You stay signed in here, and nowhere else.", "修改后仅当前浏览器保持登录。"),
    "language": Text("Language", "语言"),
    "browsers": Text("as the browser asks", "跟随浏览器"),
    "choose": Text("Choose", "确定"),
    "back": Text("Back", "返回"),
}
ROLES: Mapping[str, Text] = {
    "viewer": Text("viewer", "只读"),
    "responder": Text("responder", "处置人员"),
    "manager": Text("manager", "项目负责人"),
    "admin": Text("admin", "管理员"),
}
