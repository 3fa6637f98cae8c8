"""People who sign in as staff, their role and their teams."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import connection, models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from crm.core.audit import audited

# Written out, because every page asks it: Django takes longer to build the query than Postgres to answer it.
MATES = """
    SELECT mate.team_id, mate.user_id, own.is_manager
    FROM core_teammember own JOIN core_teammember mate ON mate.team_id = own.team_id
    WHERE own.user_id = %s
"""


class Role(models.TextChoices):
    ACCOUNT_MANAGER = "account_manager", _("Account manager")
    SERVICE_REP = "service_rep", _("Service rep")
    MARKETER = "marketer", _("Marketer")
    ADMIN = "admin", _("Admin")


class Theme(models.TextChoices):
    AUTO = "auto", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class UserManager(BaseUserManager["User"]):
    """Creates users by mail address; there are no user names."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, **{"role": Role.ADMIN, **fields})

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


@audited(exclude=("password", "last_login"))
class User(AbstractBaseUser):
    """A staff member. Customers are contacts, never users."""

    email = models.EmailField(_("mail address"), max_length=254)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=30, default=Role.ACCOUNT_MANAGER)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    language = models.CharField(_("language"), max_length=12, default="en")
    theme = models.CharField(_("theme"), max_length=8, default=Theme.AUTO)
    is_active = models.BooleanField(_("may sign in"), default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message=_("Somebody signs in with this address already."),
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label)

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    @cached_property
    def answers_for(self) -> tuple[frozenset[int], frozenset[int]]:
        """Ids of the people whose accounts this person answers for, and of the teams they belong to.

        These are themselves and, in a team they manage, its members. Looked up once for the life of this
        object, which is one request.
        """
        with connection.cursor() as cursor:
            cursor.execute(MATES, [self.pk])
            rows = cursor.fetchall()
        managed = {mate_id for team_id, mate_id, manages in rows if manages}
        return frozenset({self.pk, *managed}), frozenset(team_id for team_id, mate_id, manages in rows)


@audited()
class Team(models.Model):
    """A group of staff who look after accounts together."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    members: models.ManyToManyField[User, TeamMember] = models.ManyToManyField(
        User, through="TeamMember", related_name="teams"
    )

    def __str__(self) -> str:
        return self.name


@audited()
class TeamMember(models.Model):
    """A person in a team; managers see what every member owns."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    is_manager = models.BooleanField(_("manages the team"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="team_member_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"
