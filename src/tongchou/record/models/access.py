"""Accounts, tokens and the district that this database serves. Roles and permissions are data: `record/access/roles.yaml`."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "Account":
        account = self.model(username=username, **fields)
        account.set_password(password)
        account.save()
        return account


class Account(AbstractBaseUser):
    """Somebody who can sign in. What the account may do comes from the posts that it holds today, from nothing else."""

    username = models.CharField(max_length=60, unique=True)
    display_name = models.CharField(max_length=80)
    person = models.ForeignKey("record.Person", null=True, blank=True, on_delete=models.SET_NULL)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=10, default="zh-hans")
    must_change_password = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    password_history = ArrayField(models.CharField(max_length=200), default=list, help_text="hashes of former passwords, the latest first")
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]
    objects = AccountManager()

    def __str__(self) -> str:
        return self.display_name


class ApiToken(models.Model):
    """A token of an account. It may do what the account may do and what the token lists, never more."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.BinaryField(max_length=32, unique=True)
    permissions = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)


class District(models.Model):
    """One database serves one district: a single row."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    root = models.ForeignKey("record.Area", null=True, on_delete=models.PROTECT)
    demo = models.BooleanField(default=False)
    settings = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="district_one_row")]
