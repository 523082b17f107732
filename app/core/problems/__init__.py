"""The catalogue of problems, a module per resource; importing this package registers them all."""

from app.core.problems import administration as administration
from app.core.problems import applications as applications
from app.core.problems import certificates as certificates
from app.core.problems import common as common
from app.core.problems import identity as identity
from app.core.problems import matches as matches
from app.core.problems import organizations as organizations
from app.core.problems import profiles as profiles
from app.core.problems import taxonomy as taxonomy
from app.core.problems import vacancies as vacancies
