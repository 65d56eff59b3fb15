"""Addresses of the door, one's own settings and the admins' settings."""

from django.urls import path

from helpdesk.accounts.views import available, door, house, me, people

app_name = "accounts"

urlpatterns = [
    path("sign-in/", door.sign_in, name="sign_in"),
    path("sign-out/", door.sign_out, name="sign_out"),
    path("setup/", door.set_up, name="set_up"),
    path("join/<str:token>/", door.join, name="join"),
    path("reset/", door.reset, name="reset"),
    path("reset/<str:token>/", door.reset_link, name="reset_link"),
    path("language/", door.language, name="language"),
    path("logo/<str:token>", door.logo, name="logo"),
    path("desk/me/", me.own, name="me"),
    path("desk/me/preferences/", me.preferences, name="me_preferences"),
    path("desk/me/password/", me.password, name="me_password"),
    path("desk/me/keys/", me.make_key, name="me_keys"),
    path("desk/me/keys/<int:pk>/revoke/", me.revoke_key, name="me_revoke_key"),
    path("desk/me/availability/", available.availability, name="availability"),
    path("desk/me/here/", available.here, name="here"),
    path("settings/", house.index, name="settings"),
    path("settings/workspace/", house.workspace, name="workspace"),
    path("settings/users/", people.users, name="users"),
    path("settings/users/invite/", people.invite, name="invite"),
    path("settings/users/invitations/<int:pk>/withdraw/", people.withdraw, name="withdraw"),
    path("settings/users/<int:pk>/", people.user, name="user"),
    path("settings/users/<int:pk>/deactivate/", people.deactivate, name="deactivate"),
    path("settings/users/<int:pk>/reactivate/", people.reactivate, name="reactivate"),
    path("settings/teams/", house.teams, name="teams"),
    path("settings/teams/new/", house.new_team, name="new_team"),
    path("settings/teams/<int:pk>/", house.team, name="team"),
    path("settings/teams/<int:pk>/holidays/", house.add_holiday, name="add_holiday"),
    path("settings/teams/<int:pk>/public-holidays/", house.add_public_holidays, name="add_public_holidays"),
    path("settings/teams/<int:pk>/holidays/<int:day>/remove/", house.remove_holiday, name="remove_holiday"),
    path("settings/keys/", people.keys, name="keys"),
    path("settings/keys/<int:pk>/revoke/", people.revoke_key, name="revoke_key"),
    path("settings/audit/", house.audit, name="audit"),
]
