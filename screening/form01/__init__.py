"""Form 01 (แบบ นร./กสศ.01): what one version asks, and the rules over its answers. Pure."""
