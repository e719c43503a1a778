"""How forms look: label above, help under it, the error in words beside the field."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Django's renderer with our templates for a field and for the error summary."""

    field_template_name = "components/field.html"
    form_template_name = "components/form.html"
